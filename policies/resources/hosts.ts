/**
 * Hosts that the texts of a resource name: in URLs, in `host:port`, in settings whose key is about a server. Comments and
 * names that look like file names are left out.
 */
import { isIP } from "node:net";
import { rememberLast } from "./last.ts";
import { isLocalisationFile } from "./localisation-file.ts";
import { isObject, type Resource } from "./resource.ts";
import { type Text, textsOf } from "./texts.ts";

export interface HostReference {
  /** DNS name in lower case, or an address without brackets. */
  readonly host: string;
  readonly port?: number;
  /** Of the URL, in lower case; undefined where the text has none. */
  readonly scheme?: string;
  readonly path: string;
}

type Found = Omit<HostReference, "path">;

/** Every step below looks at pieces of bounded length, so that every text takes at most linear time. */
const longest = { scheme: 30, authority: 600, word: 300, setting: 60, list: 2000 } as const;

const scheme = new RegExp(`[a-z][a-z0-9+-]{0,${longest.scheme - 1}}$`, "i");
const endOfAuthority = /[\s"'<>`|\\^/?#]/;
const separators = " \t\n\v\f\r\"'<>`,;=()[]{}|&";
const word = /[^\s"'<>`,;=()[\]{}|&]+/g;
const separatorCodes = new Set([...separators].map((sign) => sign.charCodeAt(0)));
const isSeparator = (code: number): boolean => separatorCodes.has(code);
const hostAndPort = /^([^:/@]+):(\d{2,5})(?:\/.*)?$/;
const aboutServer =
  /host|server|endpoint|addr|url|uri|dsn|relay|broker|bootstrap|upstream|collector|proxy|remote|target|peer/i;
const settingSign = /[\w.-]/;
const label = /^[a-z0-9_]([a-z0-9_-]*[a-z0-9])?$/i;
const topLevel = /^[a-z][a-z0-9-]*[a-z0-9]$/i;
const comment = /^[ \t]*(?:#|\/\/|<!--|--[ \t]|;).*$/gm;

/** Endings of file names, settings and code that look like the last label of a DNS name. */
const notTopLevel = new Set(
  "crt key pem p12 jks cer conf cfg cnf ini toml yaml yml json xml log sock sh js mjs ts txt properties pid db sql csv so jar war html css md py go tgz gz zip tar service socket target enabled default name path port file type class true false".split(
    " ",
  ),
);

/** Names of classes, labels and finalizers with the prefixes that are Kubernetes' own, such as `k8s.io/ingress-nginx`. */
const qualifiedName = /^(?:[a-z0-9-]+\.)*(?:k8s|kubernetes)\.io\/[\w.-]+$/i;

/** Identifiers in the form of addresses, which nothing connects to. */
const identifiers = new Set([
  "www.w3.org",
  "json-schema.org",
  "schemas.xmlsoap.org",
  "xmlns.jcp.org",
  // The API group of a kubeconfig's login helper.
  "client.authentication.k8s.io",
]);

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
    // A URL or a port says more than the bare name.
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

/** `a.example:8883` anywhere; a bare name after a word about a server, or in a text whose key is about one. */
function* hostsOfWords(text: string, key: string): Generator<Found> {
  const isList = text.length <= longest.list && !text.includes("\n");
  const everyName = isList && (aboutServer.test(key) || key === "args" || key === "command");
  if (everyName && text.includes(":"))
    for (const [piece] of text.matchAll(word)) if (isIP(piece) === 6) yield reference(piece);
  for (const { piece, start } of dottedWords(text)) {
    if (piece.includes("://") || piece.includes("@") || qualifiedName.test(piece)) continue;
    const [, host = "", port] = hostAndPort.exec(piece) ?? [];
    if (isDottedName(host) || isIP(host) === 4) yield reference(host, port);
    else {
      const name = piece.split("/")[0] ?? "";
      const isHost = (isDottedName(name) && !looksLikeFile(name)) || isIP(name) === 4;
      if (isHost && (everyName || isServerSetting(text, start))) yield reference(name);
    }
  }
}

/** Words with a dot inside, at most as long as a host: everything that can be a name or an address. */
function* dottedWords(text: string): Generator<{ readonly piece: string; readonly start: number }> {
  let end = 0;
  for (let dot = text.indexOf("."); dot >= 0; dot = text.indexOf(".", Math.max(dot + 1, end))) {
    // A full stop ends a sentence, not a label.
    const next = text.charCodeAt(dot + 1);
    if (next <= 0x20 || Number.isNaN(next)) continue;
    let start = dot;
    while (start > end && dot - start <= longest.word && !isSeparator(text.charCodeAt(start - 1))) start--;
    end = dot + 1;
    while (end < text.length && end - dot <= longest.word && !isSeparator(text.charCodeAt(end))) end++;
    if (end - start <= longest.word) yield { piece: text.slice(start, end), start };
  }
}

/** Whether a word about a server precedes, as a setting's name precedes its value: `host: "`. */
function isServerSetting(text: string, start: number): boolean {
  let at = start;
  const skip = (signs: string, most: number) => {
    for (let taken = 0; taken < most && at > 0 && signs.includes(text[at - 1] ?? ""); taken++) at--;
  };
  skip("\"'", 1);
  skip(" \t", 4);
  skip(":=", 1);
  skip(" \t", 4);
  skip("\"'>", 1);
  if (at === start) return false;
  const end = at;
  while (at > 0 && end - at < longest.setting && settingSign.test(text[at - 1] ?? "")) at--;
  return aboutServer.test(text.slice(at, end));
}

/** Hosts of `user:password@a.example:1883,b.example` in a URL. Variables are read where they are set. */
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
  const name = text.endsWith(".") ? text.slice(0, -1) : text;
  const last = name.lastIndexOf(".");
  // The last label decides in most cases.
  if (last <= 0 || !topLevel.test(name.slice(last + 1))) return false;
  return name
    .slice(0, last)
    .split(".")
    .every((part) => label.test(part));
}

const looksLikeFile = (name: string): boolean =>
  notTopLevel.has(name.replace(/\.$/, "").split(".").at(-1)?.toLowerCase() ?? "");

/** Texts of a Secret and the start script of a virtual machine are in base64. */
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
