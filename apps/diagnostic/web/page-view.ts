/** Chooses the language of a request, remembers one that the path names, and sets what its page is rendered with. */
import type { MiddlewareHandler } from "hono";
import { getCookie, setCookie } from "hono/cookie";
import { getPath } from "hono/utils/url";
import type { Environment } from "../services.ts";
import { chooseLanguage, splitPath } from "./language.ts";

const languageCookieSeconds = 365 * 24 * 3600;

export const setView: MiddlewareHandler<Environment> = async (c, next) => {
  const { country, translations, assets, secureCookies } = c.var.services;
  const { signedIn } = c.var;
  const languages = [...translations.keys()];
  const path = splitPath(getPath(c.req.raw), languages).language;
  const cookie = getCookie(c, "language");
  if (path !== undefined && cookie !== path)
    setCookie(c, "language", path, {
      path: "/",
      sameSite: "Lax",
      secure: secureCookies,
      maxAge: languageCookieSeconds,
    });
  const acceptLanguage = c.req.header("accept-language");
  const language = chooseLanguage(languages, { path, cookie, account: signedIn?.language, acceptLanguage });
  const translation = translations.get(language)!;
  c.set("view", {
    country,
    translation,
    translations,
    t: (key, values) => translation.text(key, values),
    path: c.req.path,
    signedIn,
    asset: assets.path,
    hasLogo: assets.hasLogo,
  });
  c.header("Content-Language", translation.tag);
  c.header("Vary", "Cookie, Accept-Language");
  c.header("Cache-Control", signedIn === undefined ? "private, no-cache" : "private, no-store");
  await next();
};
