/**
 * The diagnostic web app: what every request passes through, then the routes. Pages work without scripts; nothing is
 * loaded from elsewhere.
 */
import { randomUUID } from "node:crypto";
import { Hono } from "hono";
import { bodyLimit } from "hono/body-limit";
import { compress } from "hono/compress";
import { getCookie, setCookie } from "hono/cookie";
import { csrf } from "hono/csrf";
import { HTTPException } from "hono/http-exception";
import { secureHeaders } from "hono/secure-headers";
import { getPath } from "hono/utils/url";
import { translationsOf } from "../../localisation/languages/translation.ts";
import { signedInBy } from "./accounts/accounts.ts";
import { accountRoutes, isTooBusy, sessionCookie } from "./accounts/routes.ts";
import { pageRoutes } from "./company/routes.ts";
import { connectRoutes } from "./connect/routes.ts";
import { LiveValues } from "./machines/live-values.ts";
import { machineRoutes } from "./machines/routes.ts";
import { complianceRoutes } from "./ministry/compliance-routes.ts";
import { ministryRoutes } from "./ministry/routes.ts";
import { peopleRoutes } from "./people/routes.ts";
import { healthRoutes } from "./public/health.ts";
import { questionnaireOf } from "./questionnaire/questionnaire.ts";
import { diagnosticRoutes } from "./questionnaire/routes.ts";
import { allowOnly } from "./web/access.ts";
import { loadAssets } from "./web/assets.ts";
import { chooseLanguage, pathWithoutLanguage, splitPath } from "./web/language.ts";
import { messagePage } from "./web/message.ts";
import type { DiagnosticDependencies, Environment, Services } from "./web/services.ts";
import type { View } from "./web/view.ts";

export { accountOfEmail, createAccount, createEntryLink } from "./accounts/accounts.ts";
export type { DiagnosticDependencies, MqttEndpoints, StackPart } from "./web/services.ts";

const largestBodyBytes = 64 * 1024;
const languageCookieSeconds = 365 * 24 * 3600;

export function createDiagnosticApp(dependencies: DiagnosticDependencies): Hono<Environment> {
  const { country, database, log, secureCookies } = dependencies;
  const translations = translationsOf(country, dependencies.catalogues);
  const languages = [...translations.keys()];
  const services: Services = {
    ...dependencies,
    translations,
    questions: questionnaireOf(country),
    assets: loadAssets(country, dependencies.logo),
    live: new LiveValues(dependencies.reader, log),
  };
  services.signal?.addEventListener("abort", () => services.live.close());

  const app = new Hono<Environment>({ getPath: pathWithoutLanguage(languages) });

  app.use(
    secureHeaders({
      contentSecurityPolicy: {
        defaultSrc: ["'none'"],
        scriptSrc: ["'self'"],
        styleSrc: ["'self'"],
        imgSrc: ["'self'"],
        connectSrc: ["'self'"],
        formAction: ["'self'"],
        baseUri: ["'none'"],
        frameAncestors: ["'none'"],
      },
      xFrameOptions: "DENY",
      referrerPolicy: "same-origin",
      strictTransportSecurity: secureCookies ? "max-age=31536000" : false,
      // The compliance reports have a style of their own, and with it a stricter policy.
      overwrite: false,
      permissionsPolicy: { camera: [], geolocation: [], microphone: [], payment: [], usb: [] },
    }),
  );
  app.use(compress());
  app.get("/assets/:file", services.assets.handler);
  healthRoutes(app, services);

  app.use(bodyLimit({ maxSize: largestBodyBytes, onError: (c) => c.text("The request is too large.", 413) }));
  app.use(
    csrf({
      // Behind a gateway the app sees http and the browser https: the host is what has to be the same.
      origin: (origin, c) => URL.canParse(origin) && new URL(origin).host === c.req.header("host"),
    }),
  );

  app.use(async (c, next) => {
    const wanted = splitPath(getPath(c.req.raw), languages).language;
    const token = getCookie(c, sessionCookie(services));
    const signedIn = token === undefined ? undefined : await signedInBy(database, token);
    const language = chooseLanguage(languages, {
      path: wanted,
      cookie: getCookie(c, "language"),
      account: signedIn?.language,
      acceptLanguage: c.req.header("accept-language"),
    });
    const translation = translations.get(language)!;
    if (wanted !== undefined && getCookie(c, "language") !== wanted) {
      const options = {
        path: "/",
        sameSite: "Lax",
        secure: secureCookies,
        maxAge: languageCookieSeconds,
      } as const;
      setCookie(c, "language", wanted, options);
    }
    const t: View["t"] = (key, values) => translation.t(key, values);
    c.set("view", {
      country,
      translation,
      translations,
      t,
      path: c.req.path,
      signedIn,
      asset: services.assets.path,
      hasLogo: services.assets.hasLogo,
    });
    c.header("Content-Language", language);
    c.header("Vary", "Cookie, Accept-Language");
    c.header("Cache-Control", signedIn === undefined ? "private, no-cache" : "private, no-store");
    await next();
  });

  for (const path of ["/company", "/diagnostic/*", "/machines/*", "/connect/*"])
    app.use(path, allowOnly("company"));
  app.use("/ministry/*", allowOnly("ministry"));
  app.use("/account/*", allowOnly("company", "ministry"));
  for (const path of ["/account/people/*", "/account/data"]) app.use(path, allowOnly("company"));
  app.use("/home", allowOnly("company", "ministry"));
  pageRoutes(app, services);
  accountRoutes(app, services);
  peopleRoutes(app, services);
  diagnosticRoutes(app, services);
  machineRoutes(app, services);
  connectRoutes(app, services);
  ministryRoutes(app, services);
  complianceRoutes(app, services);

  app.notFound((c) => {
    const { view } = c.var;
    if (view === undefined) return c.text("Not found.", 404);
    return c.html(
      messagePage(view, { title: view.t("message.not-found"), text: view.t("message.not-found.text") }),
      404,
    );
  });

  app.onError((error, c) => {
    const { view } = c.var;
    if (error instanceof HTTPException) {
      if (view === undefined || error.status === 401) return error.getResponse();
      if (error.status === 404)
        return c.html(
          messagePage(view, { title: view.t("message.not-found"), text: view.t("message.not-found.text") }),
          404,
        );
      return error.getResponse();
    }
    if (isTooBusy(error) && view !== undefined) {
      c.header("Retry-After", "5");
      return c.html(
        messagePage(view, { title: view.t("message.busy"), text: view.t("message.busy.text") }),
        503,
      );
    }
    const reference = randomUUID();
    log.error({ reference, method: c.req.method, path: c.req.path, error: reasonOf(error) }, "a page failed");
    if (view === undefined) return c.text(`Something went wrong. Reference: ${reference}`, 500);
    const text = view.t("message.failed.text", { reference });
    return c.html(messagePage(view, { title: view.t("message.failed"), text }), 500);
  });
  return app;
}

/** Without a query's parameters, which hold what people typed. */
function reasonOf(error: Error): string {
  return error.cause instanceof Error
    ? error.cause.message
    : error.name === "DrizzleQueryError"
      ? error.name
      : error.message;
}
