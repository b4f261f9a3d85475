/** Refuses requests whose body is too large, and forms that another site sends. */
import { bodyLimit } from "hono/body-limit";
import { csrf } from "hono/csrf";

export const limitBody = bodyLimit({
  maxSize: 64 * 1024,
  onError: (c) => c.text("The request is too large.", 413),
});

/** Behind a gateway the app sees http and the browser https, so only the host has to be the same. */
export const refuseForeignForms = csrf({
  origin: (origin, c) => URL.canParse(origin) && new URL(origin).host === c.req.header("host"),
});
