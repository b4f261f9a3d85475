/**
 * The diagnostic web app: what every request passes through, then the features and who may enter each. Pages work
 * without scripts; nothing is loaded from other hosts.
 */
import { Hono } from "hono";
import { compress } from "hono/compress";
import { accountRoutes, entranceRoutes, homeRoutes } from "./accounts/routes.ts";
import { readSession } from "./accounts/session.ts";
import { companyDataRoutes, companyRoutes } from "./company/routes.ts";
import { connectRoutes } from "./connect/routes.ts";
import { machineRoutes } from "./machines/routes.ts";
import { ministryRoutes } from "./ministry/routes.ts";
import { peopleRoutes } from "./people/routes.ts";
import { health } from "./public/health.ts";
import { publicRoutes } from "./public/routes.ts";
import { questionnaireRoutes } from "./questionnaire/routes.ts";
import { type DiagnosticDependencies, type Environment, servicesOf } from "./services.ts";
import { type Feature, mountFeatures } from "./web/access.ts";
import { failed, notFound } from "./web/errors.ts";
import { limitBody, refuseForeignForms, refuseOtherHosts } from "./web/form-protection.ts";
import { pathWithoutLanguage } from "./web/language.ts";
import { setView } from "./web/page-view.ts";
import { securityHeaders } from "./web/security-headers.ts";

const features = (): readonly Feature[] => [
  { prefix: "/", routes: publicRoutes(), mayEnter: ["stranger", "company", "ministry"] },
  { prefix: "/", routes: entranceRoutes(), mayEnter: ["stranger", "company", "ministry"] },
  { prefix: "/home", routes: homeRoutes(), mayEnter: ["company", "ministry"] },
  { prefix: "/account", routes: accountRoutes(), mayEnter: ["company", "ministry"] },
  { prefix: "/account/data", routes: companyDataRoutes(), mayEnter: ["company"] },
  { prefix: "/account/people", routes: peopleRoutes(), mayEnter: ["company"] },
  { prefix: "/company", routes: companyRoutes(), mayEnter: ["company"] },
  { prefix: "/diagnostic", routes: questionnaireRoutes(), mayEnter: ["company"] },
  { prefix: "/machines", routes: machineRoutes(), mayEnter: ["company"] },
  { prefix: "/connect", routes: connectRoutes(), mayEnter: ["company"] },
  { prefix: "/ministry", routes: ministryRoutes(), mayEnter: ["ministry"] },
];

export function createDiagnosticApp(dependencies: DiagnosticDependencies): Hono<Environment> {
  const services = servicesOf(dependencies);
  const app = new Hono<Environment>({ getPath: pathWithoutLanguage([...services.translations.keys()]) });
  app.use(async (c, next) => {
    c.set("services", services);
    await next();
  });
  app.use(securityHeaders(services.secureCookies), compress());
  // Public, and answered before the session is read.
  app.get("/assets/:file", services.assets.handler);
  app.get("/healthz", health);
  app.use(refuseOtherHosts, limitBody, refuseForeignForms, readSession, setView);
  mountFeatures(app, features());
  app.notFound(notFound);
  app.onError(failed);
  return app;
}
