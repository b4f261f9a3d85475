/**
 * Who may enter what. The app is closed by default: a request gets through only where the guard of a feature lets its
 * visitor in, so a route that is in no feature is refused to everybody.
 */
import type { Context, Hono, MiddlewareHandler } from "hono";
import { HTTPException } from "hono/http-exception";
import { matchedRoutes } from "hono/route";
import type { Environment } from "../services.ts";
import type { SignedInCompany, Visitor } from "./visitor.ts";

export interface Feature {
  /** The guard covers all paths below the prefix; with "/" only the paths of its own routes. */
  readonly prefix: string;
  readonly routes: Hono<Environment>;
  readonly mayEnter: readonly Visitor[];
}

/** All guards come before all routes: where prefixes overlap, each guard has to let the visitor in. */
export function mountFeatures(app: Hono<Environment>, features: readonly Feature[]): void {
  const guards = new Set<unknown>();
  app.use(async (c, next) => {
    if (!matchedRoutes(c).some(({ handler }) => guards.has(handler))) return c.notFound();
    await next();
  });
  for (const { prefix, routes, mayEnter } of features) {
    const guard = allowOnly(mayEnter);
    guards.add(guard);
    const paths = prefix === "/" ? routes.routes.map(({ path }) => path) : [`${prefix}/*`];
    for (const path of new Set(paths)) app.use(path, guard);
  }
  for (const { prefix, routes } of features) app.route(prefix, routes);
}

/** Strangers are sent to sign in; a person of another role learns only that there is no such page. */
function allowOnly(visitors: readonly Visitor[]): MiddlewareHandler<Environment> {
  return async (c, next) => {
    const { signedIn } = c.var;
    if (visitors.includes(signedIn?.role ?? "stranger")) return next();
    if (signedIn !== undefined) return c.notFound();
    if ((c.req.header("accept") ?? "").includes("text/html")) return c.redirect("/sign-in", 303);
    // Scripts do not ask for HTML, and have to learn that the session is over.
    throw new HTTPException(401);
  };
}

/** The company whose pages these are: always that of the session, never one that the request names. */
export function companyOf(c: Context<Environment>): SignedInCompany {
  const company = c.var.signedIn?.company;
  if (company === undefined) throw new HTTPException(404);
  return company;
}
