/** What is answered where there is no such page, where too many sign in at once, and where something failed. */
import { randomUUID } from "node:crypto";
import type { ErrorHandler, NotFoundHandler } from "hono";
import { HTTPException } from "hono/http-exception";
import type { Environment } from "../services.ts";
import { messagePage } from "./message.ts";

export const notFound: NotFoundHandler<Environment> = (c) => {
  const { view } = c.var;
  // Files and probes are answered without a view.
  if (view === undefined) return c.text("Not found.", 404);
  const message = { title: view.t("message.not-found"), text: view.t("message.not-found.text") };
  return c.html(messagePage(view, message), 404);
};

export const failed: ErrorHandler<Environment> = (error, c) => {
  const { view, services } = c.var;
  if (error instanceof HTTPException) {
    if (view !== undefined && error.status === 404) return notFound(c);
    if (view === undefined || error.status !== 503) return error.getResponse();
    c.header("Retry-After", "5");
    const message = { title: view.t("message.busy"), text: view.t("message.busy.text") };
    return c.html(messagePage(view, message), 503);
  }
  const reference = randomUUID();
  const { method, path } = c.req;
  services.log.error({ reference, method, path, error: reasonOf(error) }, "a page failed");
  if (view === undefined) return c.text(`Something went wrong. Reference: ${reference}`, 500);
  const text = view.t("message.failed.text", { reference });
  return c.html(messagePage(view, { title: view.t("message.failed"), text }), 500);
};

/** Without the parameters of a query: they hold what people typed. */
function reasonOf(error: Error): string {
  if (error.cause instanceof Error) return error.cause.message;
  return error.name === "DrizzleQueryError" ? error.name : error.message;
}
