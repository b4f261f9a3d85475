/** How often a person may try to register, to sign in or to use a link, and the answer after too many attempts. */
import type { Context } from "hono";
import type { Environment } from "../services.ts";
import type { FieldErrors } from "../web/forms.ts";
import type { Html } from "../web/view.ts";
import type { Limit } from "./attempts.ts";

const limitOf = (name: string, attempts: number, minutes: number): Limit => ({
  name,
  attempts,
  withinMilliseconds: minutes * 60_000,
});

export const byEmailAndAddress = limitOf("sign-in by e-mail and address", 10, 15);
// Higher, so that a stranger can't easily lock an owner out.
export const byEmail = limitOf("sign-in by e-mail", 60, 15);
export const byAddress = limitOf("sign-in by address", 60, 15);
export const registrations = limitOf("registration by address", 20, 60);
export const wrongLinks = limitOf("wrong entry link by address", 30, 15);

export function addressOf(c: Context<Environment>): string {
  const { clientAddress } = c.var.services;
  return clientAddress?.(c.req.raw) ?? c.env?.incoming?.socket.remoteAddress ?? "unknown";
}

/** @param page the form with these errors. */
export function tooMany(c: Context<Environment>, seconds: number, page: (errors: FieldErrors) => Html) {
  c.header("Retry-After", String(seconds));
  const text = c.var.view.t("form.too-many", { minutes: Math.ceil(seconds / 60) });
  return c.html(page({ "": text }), 429);
}
