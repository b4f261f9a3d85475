/** Refuses requests whose body is too large, and forms that another site sends. */
import { bodyLimit } from "hono/body-limit";
import { csrf } from "hono/csrf";

const largestBodyBytes = 64 * 1024;

export const limitBody = () =>
  bodyLimit({ maxSize: largestBodyBytes, onError: (c) => c.text("The request is too large.", 413) });

export const refuseForeignForms = () =>
  csrf({
    // Behind a gateway the app sees http and the browser https, so only the host has to be the same.
    origin: (origin, c) => URL.canParse(origin) && new URL(origin).host === c.req.header("host"),
  });
