/**
 * Hosts that a resource reaches, found wherever a text can name one: URLs, `host:port`, settings whose key speaks of a
 * server. Comments are left out; a name that only looks like a file's is none.
 */
import { isIP } from "node:net";
import { isObject, type Resource } from "../resource.ts";
import { rememberLast } from "./last.ts";
import { isLocalisationFile } from "./localisation-file.ts";
import { type Text, textsOf } from "./texts.ts";

export interface HostReference {
  /** DNS name in small letters, or an address without brackets. */
  readonly host: string;
  readonly port?: number;
  /** Of the URL, in small letters; undefined where the text has none. */
  readonly scheme?: string;
  readonly path: string;
}

type Found = Omit<HostReference, "path">;

const url = /([a-z][a-z0-9+-]*):\/\/([^\s"'<>`|\\^/?#]+)/gi;
const dotted = "(?:[a-z0-9_](?:[a-z0-9_-]*[a-z0-9])?\\.)+[a-z][a-z0-9-]*[a-z0-9]";
const hostAndPort = new RegExp(
  `(?<![\\w.@/:$-])(${dotted}|\\d{1,3}(?:\\.\\d{1,3}){3}):(\\d{2,5})(?![\\w.])`,
  "gi",
);
const speaksOfServer =
  /host|server|endpoint|addr|url|uri|dsn|relay|broker|bootstrap|upstream|collector|proxy|remote|target|site|peer/i;
const setting = new RegExp(
  `([\\w.-]*(?:${speaksOfServer.source})[\\w.-]*)["']?[ \\t]*[:= \\t][ \\t]*["']?(${dotted})(?![\\w.(/-])`,
  "gi",
);
const wholeName = new RegExp(`^${dotted}\\.?$`, "i");
const comment = /^\s*(?:#|\/\/|<!--|--\s|;).*$/gm;

/** Ends of file names, settings and code that also look like a DNS name's last label. */
const notTopLevel = new Set(
  "crt key pem p12 jks cer conf cfg cnf ini toml yaml yml json xml log sock sh js mjs ts txt properties pid db sql csv so jar war html css md py go tgz gz zip tar service socket target enabled default name path port file type class true false".split(
    " ",
  ),
);

/** Identifiers that are written as addresses and that nothing reaches. */
const identifiers = new Set(["www.w3.org", "json-schema.org", "schemas.xmlsoap.org", "xmlns.jcp.org"]);

export const hostsOf = rememberLast((resource: Resource): readonly HostReference[] =>
  textsOf(decoded(resource)).flatMap(hostsIn),
);

export function hostsIn(text: Text): HostReference[] {
  const { value, key } = text;
  if ((!value.includes(".") && !value.includes("://")) || isLocalisationFile(value)) return [];
  const plain = value.includes("\n") ? value.replaceAll(comment, "") : value;
  const found = new Map<string, Found>();
  const add = (host: Found) => {
    if (!identifiers.has(host.host)) found.set(`${host.scheme ?? ""} ${host.host} ${host.port ?? ""}`, host);
  };
  for (const [, scheme = "", authority = ""] of plain.matchAll(url))
    for (const host of hostsOfAuthority(authority)) add({ ...host, scheme: scheme.toLowerCase() });
  const withoutUrls = plain.replaceAll(url, " ");
  for (const [, host = "", port] of withoutUrls.matchAll(hostAndPort)) add(named(host, port));
  const known = () => new Set([...found.values()].map(({ host }) => host));
  for (const [, , host = ""] of withoutUrls.matchAll(setting))
    if (isName(host) && !known().has(host.toLowerCase())) add(named(host));
  if (speaksOfServer.test(key) || /^(args|command)$/.test(key))
    for (const part of plain.trim().split(/[\s,]+/))
      if ((isName(part) && !known().has(part.toLowerCase())) || isIP(part.replace(/^\[|\]$/g, "")) !== 0)
        add(named(part));
  return [...found.values()].map((host) => ({ ...host, path: text.path }));
}

/** `user:password@a.example:1883,b.example` of a URL. What a variable fills in is read where the variable is set. */
function* hostsOfAuthority(authority: string): Generator<Found> {
  const hosts = authority.slice(authority.lastIndexOf("@") + 1);
  for (const part of hosts.split(",")) {
    const name = part.replaceAll(/\$\{[^}]*\}|\$\([^)]*\)|\{\{[^}]*\}\}|%[a-z{(][^.]*/gi, "*");
    const match = /^(\[[0-9a-f:.]+\]|[^:[\]]+)(?::(\d{1,5}|\*))?$/i.exec(name);
    if (match?.[1] === undefined || /^[*.]*$/.test(match[1])) continue;
    yield named(match[1], match[2] === "*" ? undefined : match[2]);
  }
}

function named(host: string, port?: string): Found {
  const name = host
    .replace(/^\[|\]$/g, "")
    .replace(/\.$/, "")
    .toLowerCase();
  return port === undefined ? { host: name } : { host: name, port: Number(port) };
}

function isName(text: string): boolean {
  if (!wholeName.test(text)) return false;
  const last = text.replace(/\.$/, "").split(".").at(-1)?.toLowerCase() ?? "";
  return !notTopLevel.has(last);
}

/** A Secret holds its texts in base64; a virtual machine its start script. */
function decoded(resource: Resource): Resource {
  const { properties } = resource;
  const fields = ["data", "userData", "userDataBase64"].filter((field) => field in properties);
  if (fields.length === 0 || /:ConfigMap$/.test(resource.type)) return resource;
  const replaced = { ...properties };
  for (const field of fields) {
    const value = properties[field];
    if (typeof value === "string") replaced[field] = fromBase64(value);
    else if (isObject(value))
      replaced[field] = Object.fromEntries(
        Object.entries(value).map(([key, item]) => [key, typeof item === "string" ? fromBase64(item) : item]),
      );
  }
  return { ...resource, properties: replaced };
}

function fromBase64(text: string): string {
  if (!/^[A-Za-z0-9+/\s]+={0,2}\s*$/.test(text)) return text;
  const bytes = Buffer.from(text, "base64").toString("utf8");
  return bytes.includes("\ufffd") ? text : bytes;
}
