/** What the routes share: the app's dependencies, and what is made from them once. */
import type { ClickHouseClient } from "@clickhouse/client";
import type { HttpBindings } from "@hono/node-server";
import type { Catalogue } from "../../localisation/languages/catalogue.ts";
import { type Translation, translationsOf } from "../../localisation/languages/translation.ts";
import type { Country } from "../../localisation/schema/country.ts";
import type { Database } from "../../stores/relational/database.ts";
import type { MessageFlow } from "../../stores/relational/message-flow.ts";
import { LiveValues } from "./machines/live-values.ts";
import type { ComplianceReports } from "./ministry/compliance-reports.ts";
import { type Question, questionnaireOf } from "./questionnaire/questionnaire.ts";
import { type Assets, loadAssets } from "./web/assets.ts";
import type { View } from "./web/view.ts";
import type { SignedIn } from "./web/visitor.ts";

/** Where devices connect, as the technician types it. */
export interface MqttEndpoints {
  readonly host: string;
  /** With TLS. */
  readonly port: number;
  /** Without TLS; absent where devices can't reach it. */
  readonly plainPort?: number;
  /** PEM of the certificate authority that signed the broker's certificate; absent where devices know it already. */
  readonly certificateAuthority?: string;
}

/** Where browsers reach the pages. Nothing is made from the host that a request names. */
export interface WebAddress {
  /** Of every link that is passed on, such as "https://sme.example". */
  readonly address: string;
  /** @param hostname as URLs write it: lower case, IPv6 in brackets. Requests that name another are refused. */
  isOwnHost(hostname: string): boolean;
}

export interface StackPart {
  readonly name: string;
  readonly health: "healthy" | "degraded" | "failed";
  readonly detail: string;
}

export interface DiagnosticDependencies {
  readonly country: Country;
  readonly catalogues: Readonly<Record<string, Catalogue>>;
  readonly database: Database;
  /** The time-series store's connection for pages. */
  readonly reader: ClickHouseClient;
  /** Of all messages; undefined where it is not known, such as when no ingest runs. */
  readonly flow: () => Promise<MessageFlow | undefined>;
  /** Health of the stack's parts; shown to the ministry. */
  readonly status: () => Promise<{ readonly parts: readonly StackPart[] }>;
  readonly mqtt: MqttEndpoints;
  /** Absent where nobody writes any. */
  readonly complianceReports?: ComplianceReports;
  readonly log: {
    info(fields: object, message: string): void;
    warn(fields: object, message: string): void;
    error(fields: object, message: string): void;
  };
  /** The programme's logo, an SVG, where the country has one. */
  readonly logo?: string;
  readonly web: WebAddress;
  /** True where browsers reach the app by https: session cookies are then sent by https alone. */
  readonly secureCookies: boolean;
  /** Ends open streams and queries when the stack stops. */
  readonly signal?: AbortSignal;
  /** The client's address, for limits; where absent, the connection's. Needed behind a gateway. */
  readonly clientAddress?: (request: Request) => string | undefined;
}

export interface Services extends DiagnosticDependencies {
  readonly questions: readonly Question[];
  readonly translations: ReadonlyMap<string, Translation>;
  readonly assets: Assets;
  readonly live: LiveValues;
}

/** What a request carries: `services` always, the others from where the session is read and the language chosen. */
export interface Environment {
  Bindings: Partial<HttpBindings>;
  Variables: { services: Services; signedIn: SignedIn | undefined; view: View };
}

export function servicesOf(dependencies: DiagnosticDependencies): Services {
  const { country, catalogues, reader, log, logo, signal } = dependencies;
  const live = new LiveValues(reader, log);
  signal?.addEventListener("abort", () => live.close());
  return {
    ...dependencies,
    live,
    translations: translationsOf(country, catalogues),
    questions: questionnaireOf(country),
    assets: loadAssets(country, logo),
  };
}
