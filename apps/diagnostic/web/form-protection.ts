/** Refuses requests for other hosts, requests whose body is too large, and forms that another site sends. */
import type { MiddlewareHandler } from "hono";
import { bodyLimit } from "hono/body-limit";
import { csrf } from "hono/csrf";
import type { Environment } from "../services.ts";

/** A host that only the request names could lead people, or a browser's own requests, somewhere else. */
export const refuseOtherHosts: MiddlewareHandler<Environment> = async (c, next) => {
  const { web } = c.var.services;
  if (web.isOwnHost(new URL(c.req.url).hostname)) return next();
  return c.text(`These pages are at ${web.address}.`, 421);
};

export const limitBody = bodyLimit({
  maxSize: 64 * 1024,
  onError: (c) => c.text("The request is too large.", 413),
});

/** Behind a gateway the app sees http and the browser https, so only the host has to be the same. */
export const refuseForeignForms = csrf({
  origin: (origin, c) => URL.canParse(origin) && new URL(origin).host === c.req.header("host"),
});
