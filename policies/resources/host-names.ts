/** Names and addresses of hosts in one spelling, and whether a word with dots is the name of a host at all. */
import { isIP } from "node:net";
import { domainToASCII } from "node:url";
import { parse } from "tldts";
import { rememberTexts } from "./last.ts";

const label = /^[a-z0-9_]([a-z0-9_-]*[a-z0-9])?$/i;
const topLevel = /^[a-z][a-z0-9-]*[a-z0-9]$/i;
const notAscii = /[^\0-\x7f]/;
/** What `inet_aton` and browsers read as an IPv4 address: decimal, octal or hexadecimal, of one to four parts. */
const numeric = /^(0x[0-9a-f]*|\d+)(\.(0x[0-9a-f]*|\d+)){0,3}$/;

/** A name in lower case and ASCII, without its last dot; an address as dotted decimal, or as IPv6 without brackets. */
export function canonicalHost(text: string): string {
  const name = text
    .replace(/^\[|\]$/g, "")
    .replace(/\.$/, "")
    .toLowerCase();
  if (numeric.test(name) && isIP(name) === 0) return urlHost(name) ?? name;
  return notAscii.test(name) ? domainToASCII(name) || name : name;
}

function urlHost(name: string): string | undefined {
  try {
    return new URL(`http://${name}/`).hostname;
  } catch {
    return undefined;
  }
}

/** Whether every label is one of DNS. The last decides in most cases. */
export function isDottedName(text: string): boolean {
  // Paths, versions and numbers end otherwise; they are most of the words with a dot.
  const end = text.charCodeAt(text.length - 1);
  if (end >= 0x30 && end <= 0x39 && !text.includes(".xn--")) return false;
  const name = asciiName(text.endsWith(".") ? text.slice(0, -1) : text);
  const last = name.lastIndexOf(".");
  if (last <= 0 || !topLevel.test(name.slice(last + 1))) return false;
  return name
    .slice(0, last)
    .split(".")
    .every((part) => label.test(part));
}

const asciiName = (name: string): string => (notAscii.test(name) ? domainToASCII(name) : name);

/** Endings of file names, settings and code that look like the last label of a DNS name. */
const fileEndings = new Set(
  "crt key pem p12 jks cer conf cfg cnf ini toml yaml yml json xml log sock sh js mjs ts txt properties pid db sql csv so jar war html css md py go tgz gz zip tar service socket target enabled default name path port file type class true false".split(
    " ",
  ),
);

/** Top-level domains of countries that are words or endings of names in settings and code as well. */
const commonWords = new Set(
  "rs pl id sc cc cat bz ps am pm is my to in at it so me no do by be as kg fm st ms mm la gl ag sh py md".split(
    " ",
  ),
);

/** Top-level domains without a country under which services are, and which are no word of settings. */
const servedDomains = new Set(
  "com net org edu gov mil int info biz dev app cloud xyz tech africa asia".split(" "),
);

/** A top-level domain of the public suffix list. */
export const isTopLevelDomain = rememberTexts(
  (name: string): boolean => topLevel.test(name) && parse(`x.x.${name}`).isIcann === true,
);

/** How surely a word with dots is the name of a host of the internet. */
export type Likeness =
  /** It is none: a number, a sentence, a name under no public suffix. */
  | "none"
  /** It ends as files and settings do, or is a package of a program, written from its top level. */
  | "file"
  /** It ends in a word that is a top-level domain: `register.email`. */
  | "word"
  | "host";

/** Programs write packages from the top level: `com.example.collect`. */
const packageStart = /^(com|org|net|io|dev|edu|gov|java|javax|jdk|sun|kotlin|scala|akka)\./i;

export function likeness(text: string): Likeness {
  const dot = text.lastIndexOf(".", text.length - 2);
  const last = asciiName(text.slice(dot + 1).replace(/\.$/, "")).toLowerCase();
  if (dot <= 0 || !isTopLevelDomain(last) || !isDottedName(text)) return "none";
  if (parse(asciiName(text)).domain === null) return "none";
  if (fileEndings.has(last) || commonWords.has(last)) return "file";
  if (isPackage(text)) return "file";
  return last.length === 2 || last.startsWith("xn--") || servedDomains.has(last) ? "host" : "word";
}

export const isPackage = (name: string): boolean =>
  packageStart.test(name) && !name.includes("-") && name.split(".").length > 2;

export const looksLikeFile = (name: string): boolean =>
  fileEndings.has(name.replace(/\.$/, "").split(".").at(-1)?.toLowerCase() ?? "");

/** Domains whose names are mostly API groups, labels and drivers of Kubernetes, which nothing connects to. */
const apiGroups =
  /(^|\.)(kubernetes\.io|k8s\.io|coreos\.com|cilium\.io|projectcalico\.org|cert-manager\.io|cnpg\.io|cloudnative-pg\.io|prometheus\.io|istio\.io|argoproj\.io|helm\.sh|nvidia\.com|openshift\.io|rabbitmq\.com|altinity\.com|traefik\.io|crossplane\.io|strimzi\.io|fluxcd\.io|k8s\.cni\.cncf\.io|eks\.amazonaws\.com|ebs\.csi\.aws\.com|efs\.csi\.aws\.com)$/;

export const isApiGroup = (name: string): boolean => apiGroups.test(name);
