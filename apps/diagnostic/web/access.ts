/** Who may see what: a company its own pages, the ministry its overview, strangers the public pages. */
import type { Context, MiddlewareHandler } from "hono";
import { HTTPException } from "hono/http-exception";
import type { Role, SignedInCompany } from "../accounts/accounts.ts";
import type { Environment } from "./services.ts";

/** Strangers go to sign in; others learn only that there is no such page. */
export function allowOnly(...roles: readonly Role[]): MiddlewareHandler<Environment> {
  return async (c, next) => {
    const { signedIn } = c.var.view;
    if (signedIn === undefined) {
      // Scripts ask for something else, and have to learn that the session is over.
      if ((c.req.header("accept") ?? "").includes("text/html")) return c.redirect("/sign-in", 303);
      throw new HTTPException(401);
    }
    if (!roles.includes(signedIn.role)) return c.notFound();
    await next();
  };
}

/** The company whose pages these are: always that of the session, never one that the request names. */
export function companyOf(c: Context<Environment>): SignedInCompany {
  const company = c.var.view.signedIn?.company;
  if (company === undefined) throw new HTTPException(404);
  return company;
}
