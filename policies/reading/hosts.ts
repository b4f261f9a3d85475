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

/** Every step below looks at pieces of bounded length, so that no text, however built, takes more than linear time. */
const longest = { scheme: 30, authority: 600, word: 300, list: 2000 } as const;

const scheme = new RegExp(`[a-z][a-z0-9+-]{0,${longest.scheme - 1}}$`, "i");
const endOfAuthority = /[\s"'<>`|\\^/?#]/;
const word = /[^\s"'<>`,;=()[\]{}|&]+/g;
const hostAndPort = /^([^:/@]+):(\d{2,5})(?:\/.*)?$/;
const speaksOfServer =
  /host|server|endpoint|addr|url|uri|dsn|relay|broker|bootstrap|upstream|collector|proxy|remote|target|peer/i;
/** Between a setting's name and its value, on one line. */
const assignment = /^["'>]?[ \t]*[:=]?[ \t]*["']?$/;
const label = /^[a-z0-9_]([a-z0-9_-]*[a-z0-9])?$/i;
const topLevel = /^[a-z][a-z0-9-]*[a-z0-9]$/i;
const comment = /^[ \t]*(?:#|\/\/|<!--|--[ \t]|;).*$/gm;

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

export function hostsIn(text: Pick<Text, "value" | "key" | "path">): HostReference[] {
  const { value, key } = text;
  if (!value.includes(".") && !value.includes("://")) return [];
  if (isLocalisationFile(value)) return [];
  const plain = value.includes("\n") ? value.replaceAll(comment, "") : value;
  const found: Found[] = [];
  const seen = new Set(identifiers);
  for (const host of [...hostsOfUrls(plain), ...hostsOfWords(plain, key)]) {
    const bare = host.scheme === undefined && host.port === undefined;
    const print = bare ? host.host : `${host.scheme ?? ""} ${host.host} ${host.port ?? ""}`;
    if (seen.has(print) || identifiers.has(host.host)) continue;
    // What a URL or a port names already says more than the bare name.
    seen.add(print).add(host.host);
    found.push(host);
  }
  return found.map((host) => ({ ...host, path: text.path }));
}

function* hostsOfUrls(text: string): Generator<Found> {
  for (let at = text.indexOf("://"); at >= 0; at = text.indexOf("://", at + 3)) {
    const named = scheme.exec(text.slice(Math.max(0, at - longest.scheme), at))?.[0];
    if (named === undefined) continue;
    const rest = text.slice(at + 3, at + 3 + longest.authority);
    const end = rest.search(endOfAuthority);
    for (const host of hostsOfAuthority(end < 0 ? rest : rest.slice(0, end)))
      yield { ...host, scheme: named.toLowerCase() };
  }
}

/** `a.example:8883` anywhere; a bare name beside a word that speaks of a server, or where the text's key does. */
function* hostsOfWords(text: string, key: string): Generator<Found> {
  const isList = text.length <= longest.list && !text.includes("\n");
  const everyName = isList && (speaksOfServer.test(key) || key === "args" || key === "command");
  let before = { word: "", end: 0 };
  for (const match of text.matchAll(word)) {
    const [piece] = match;
    const between = text.slice(before.end, match.index);
    // `"host" : "a.example"`: the colon between the two.
    if (!/\w/.test(piece)) continue;
    const spoken = between.length <= 10 && assignment.test(between) && speaksOfServer.test(before.word);
    before = { word: piece, end: match.index + piece.length };
    if (piece.length > longest.word || piece.includes("://") || piece.includes("@")) continue;
    const [, host = "", port] = hostAndPort.exec(piece) ?? [];
    if (isDottedName(host) || isIP(host) === 4) yield reference(host, port);
    else if (everyName || spoken) {
      const name = piece.split("/")[0] ?? "";
      if ((isDottedName(name) && !looksLikeFile(name)) || isIP(piece) !== 0) yield reference(name || piece);
    }
  }
}

/** `user:password@a.example:1883,b.example` of a URL. What a variable fills in is read where the variable is set. */
function* hostsOfAuthority(authority: string): Generator<Found> {
  const hosts = authority.slice(authority.lastIndexOf("@") + 1);
  for (const part of hosts.split(",")) {
    const name = part.replaceAll(/\$\{[^}]*\}|\$\([^)]*\)|\{\{[^}]*\}\}|%[a-z{(][^.]*/gi, "*");
    const match = /^(\[[0-9a-f:.]+\]|[^:[\]]+)(?::(\d{1,5}|\*))?$/i.exec(name);
    if (match?.[1] === undefined || /^[*.]*$/.test(match[1])) continue;
    yield reference(match[1], match[2] === "*" ? undefined : match[2]);
  }
}

function reference(host: string, port?: string): Found {
  const name = host
    .replace(/^\[|\]$/g, "")
    .replace(/\.$/, "")
    .toLowerCase();
  return port === undefined ? { host: name } : { host: name, port: Number(port) };
}

function isDottedName(text: string): boolean {
  const labels = text.replace(/\.$/, "").split(".");
  return labels.length > 1 && labels.every((part) => label.test(part)) && topLevel.test(labels.at(-1) ?? "");
}

const looksLikeFile = (name: string): boolean =>
  notTopLevel.has(name.replace(/\.$/, "").split(".").at(-1)?.toLowerCase() ?? "");

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
