/**
 * The addresses of what a program connects to: `connections.json`, which the stack's `Application` component writes.
 * Logins, keys and certificates are files of their own, named in it and read at each connect.
 */
import { join } from "node:path";
import { newValidator } from "../../localisation/check/schema-check.ts";
import { readJsonFile, requireValid } from "./json-file.ts";

export const connectionsFolder = "/etc/rollout/connections";

/** PEM files of the program's own certificate and of the stack's authority. */
export interface CertificateFiles {
  readonly certificate: string;
  readonly key: string;
  readonly authority: string;
}

export interface TimeSeriesConnection {
  /** `https://host:port`; the user is the certificate's common name. */
  readonly url: string;
  readonly database: string;
}

export interface RelationalConnection {
  readonly host: string;
  readonly port: number;
  readonly database: string;
  /** PEM file of the authority that issued the store's certificate. */
  readonly authority: string;
  /** Files that hold the login. */
  readonly username: string;
  readonly password: string;
}

export interface BrokerConnection {
  readonly host: string;
  /** AMQP over TLS; the login is the certificate. */
  readonly port: number;
  /** Name in the broker's certificate. */
  readonly serverName: string;
  /** PEM file of the authority that issued the broker's certificate; a public one where absent. */
  readonly authority?: string;
  /** Queues with the machines' messages. */
  readonly queues: readonly string[];
  /** `https://host:port` of the management HTTP API, and the file that holds the password for it; for the web app. */
  readonly management: { readonly url: string; readonly password: string };
}

export interface Connections {
  readonly certificate: CertificateFiles;
  readonly timeSeries: TimeSeriesConnection;
  readonly relational: RelationalConnection;
  readonly broker: BrokerConnection;
  readonly web: {
    /** `https://` and the pages' host, as browsers reach them. */
    readonly address: string;
    readonly port: number;
    /** Where the broker asks about logins; it shows its certificate. */
    readonly loginsPort: number;
    /** Whether only the gateway's namespace reaches the pages: the client's address that it names is then believed. */
    readonly onlyFromGateway: boolean;
  };
  /** MQTT over TLS, as machines reach it. */
  readonly machines: { readonly host: string; readonly port: number };
  /** Plain HTTP for `/healthy`, `/ready` and `/metrics`. */
  readonly metricsPort: number;
}

const text = { type: "string", minLength: 1 };
/** 0 takes a free one. */
const port = { type: "integer", minimum: 0, maximum: 65535 };
const allOf = (properties: Record<string, unknown>, optional: readonly string[] = []) => ({
  type: "object",
  required: Object.keys(properties).filter((name) => !optional.includes(name)),
  properties,
});

const schema = allOf({
  certificate: allOf({ certificate: text, key: text, authority: text }),
  timeSeries: allOf({ url: { ...text, pattern: "^https://" }, database: { ...text, pattern: "^\\w+$" } }),
  relational: allOf({ host: text, port, database: text, authority: text, username: text, password: text }),
  broker: allOf(
    {
      host: text,
      port,
      serverName: text,
      authority: text,
      queues: { type: "array", minItems: 1, items: text },
      management: allOf({ url: { ...text, pattern: "^https://" }, password: text }),
    },
    ["authority"],
  ),
  web: allOf({
    address: { ...text, pattern: "^https://" },
    port,
    loginsPort: port,
    onlyFromGateway: { type: "boolean" },
  }),
  machines: allOf({ host: text, port }),
  metricsPort: port,
});

/** @throws InputError */
export function readConnections(folder: string): Connections {
  const file = join(folder, "connections.json");
  const value = readJsonFile(file);
  requireValid(file, value, newValidator().compile(schema));
  return value as Connections;
}
