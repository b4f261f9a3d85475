/**
 * Hosts that the texts of a resource name: in URLs, as `host:port`, as `user@host`, in settings about a server, as arguments
 * of programs, and as names under a public suffix. Comments and names that look like files or settings are left out.
 */
import { isIP } from "node:net";
import { languageOf, withoutComments } from "./comments.ts";
import { canonicalHost, isApiGroup, isDottedName, isPackage, likeness, looksLikeFile } from "./host-names.ts";
import { rememberLast, rememberSettings } from "./last.ts";
import { isLocalisationFile } from "./localisation-file.ts";
import { encodedWithin, fromBase64, unescaped } from "./plain-text.ts";
import { isObject, type Json, type Resource } from "./resource.ts";
import { bucketSchemes, serviceOfScheme } from "./services-by-scheme.ts";
import { type Text, textsIn, textsOf } from "./texts.ts";

export interface HostReference {
  /** DNS name in lower case, or an address without brackets. */
  readonly host: string;
  readonly port?: number;
  /** Of the URL, in lower case; undefined where the text has none. */
  readonly scheme?: string;
  /** The first part of the path of a URL at a cloud's service, such as the bucket or the account. */
  readonly within?: string;
  readonly path: string;
}

type Found = Omit<HostReference, "path">;
type Source = Pick<Text, "value" | "key" | "path"> & Partial<Pick<Text, "section">>;

/** Every step below looks at pieces of bounded length, so that every text takes at most linear time. */
const longest = {
  scheme: 30,
  authority: 600,
  word: 300,
  setting: 60,
  blanks: 60,
  plain: 16,
  command: 300,
  list: 2000,
} as const;

const scheme = new RegExp(`[a-z][a-z0-9+-]{0,${longest.scheme - 1}}$`, "i");
/** What browsers and other programs by the WHATWG standard accept for `https://`. */
const looseUrl = /(?<![\w.])(https?|wss?|ftp):([/\\]{0,4})(?=[^\s/\\"'<>`,;|{}()])/gi;
const protocolRelative = /(?<=^|[\s"'=(,`])\/\/(?=[\p{L}\p{N}[])/gu;
const ownerInPath = /^(?:s3|sqs)[\w.-]{0,60}\.amazonaws\.com(?:\.cn)?(?::\d{1,5})?\/([\w.-]{1,90})/i;
/** Bash connects where such a file is opened. */
const deviceOfShell = /\/dev\/(?:tcp|udp)\/([^\s/"']{1,300})/g;
const endOfAuthority = /[\s"'<>`|\\^/?#;\ufffd]/;
const separators = " \t\n\v\f\r\"'<>`,;=()[]{}|&\ufffd\0";
const separatorCodes = new Set([...separators].map((sign) => sign.charCodeAt(0)));
const isSeparator = (code: number): boolean => separatorCodes.has(code);
const ipv6Word = /(?<![\w:.])[0-9a-f]{0,4}:[0-9a-f:]{1,35}:?[0-9a-f.]{0,15}(?![\w:])/gi;
const port = /^\d{1,5}$/;
const aboutServer =
  /host|server|endpoint|addr|url|uri|dsn|relay|broker|bootstrap|upstream|collector|proxy|remote|target|peer|domain$|sites?$|sink|forward|nameserver|searches/i;
const aboutRecipient = /(^|[._-])(to|cc|bcc|mailto|recipients?|smarthost|e?mail_?to)$/i;
/** Settings whose values are names of classes, labels and drivers. */
const aboutNames =
  /version|elect|lease|class|provisioner|driver|controller|group|annotation|label|taint|finalizer|manager|prefix|kind|selector|fieldpath|resource|topologykey|^key$|^name$|image(name)?$|^(o|ou|cn)$/i;
const network =
  /(?:^|[\n;|&(`!]|[:-] ?["']|-c ["']?|- |\b(?:then|do|else|exec|sudo|xargs|nohup|if|while|until) )[ \t]{0,20}(?:[\w./-]{1,60}\/)?(?:curl|wget|https?|xh|aria2c|nc|ncat|netcat|socat|telnet|ssh|scp|sftp|rsync|autossh|lftp|ftp|tftp|psql|pg_dump|pg_dumpall|pg_basebackup|mysql|mysqldump|mongosh?|mongodump|redis-cli|clickhouse(?:-client)?|sqlcmd|mosquitto_(?:pub|sub)|kcat|mc|rclone|restic|borg|aws|gsutil|az|azcopy|mail|mailx|mutt|sendmail|msmtp|openssl|s_client|dig|nslookup|host|ping6?|ip|route|logger|wg|openvpn|git|docker|skopeo|crane|helm|kubectl|nmap|swaks|smbclient|mount)\s/;
/** Before an item of a list of API groups. */
const inApiGroups = /api-?groups?["']?:\s{0,60}(\[[^\]]*|([ \t]*-[^\n]*\n)*[ \t]*-[ \t]*["']?)$/i;
/** A line of `known_hosts`: the key by which a host is recognised. */
const sshKey = /^\S{1,50} (ssh-|ecdsa-|sk-)/;
const settingSign = /[\w.-]/;

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
  plainTexts(resource).flatMap(hostsIn),
);

export function hostsIn(text: Source): HostReference[] {
  const { value, key } = text;
  if (!signOfHost.test(value) && value.length < longest.plain && !numericHost.test(value)) return [];
  if (isLocalisationFile(value)) return [];
  const isName = text.section === "metadata" || isNamesKey(key, text);
  const found = isName ? hostsOfName(key, value) : hostsOfValue(key, value);
  return found.map((host) => ({ ...host, path: text.path }));
}

/** What is read at once: one text. */
interface Reading {
  readonly value: string;
  readonly key: string;
  /** A word with dots in it is the name of an object, a class or a label. */
  readonly isName: boolean;
}

/** Stacks hold the same settings many times, once for each workload. */
const hostsOfName = rememberSettings((key, value) => distinctHosts({ key, value, isName: true }));
const hostsOfValue = rememberSettings((key, value) => distinctHosts({ key, value, isName: false }));

function distinctHosts(text: Reading): readonly Found[] {
  const found: Found[] = [];
  const seen = new Set(identifiers);
  for (const host of readHosts(text, 2)) {
    const bare = host.scheme === undefined && host.port === undefined;
    const print = bare
      ? host.host
      : `${host.scheme ?? ""} ${host.host} ${host.port ?? ""} ${host.within ?? ""}`;
    if (seen.has(print) || identifiers.has(host.host)) continue;
    // A URL or a port says more than the bare name.
    seen.add(print).add(host.host);
    found.push(host);
  }
  return found;
}

/** @param depth how often a text may hold another in base64. */
function* readHosts(text: Reading, depth: number): Generator<Found> {
  const language = languageOf(text.value, text.key);
  const value = withoutComments(unescaped(text.value), language);
  if (/[.:]/.test(value)) {
    if (value.includes(":")) yield* hostsOfUrls(value);
    if (value.includes("//")) yield* hostsAfterSlashes(value);
    if (value.includes("/dev/"))
      for (const [, host = ""] of value.matchAll(deviceOfShell)) yield* hostsOfAuthority(host);
    yield* hostsOfWords({ ...text, value }, language === "code");
  } else if (isHostKey(text.key) && numericHost.test(value)) {
    yield reference(value);
  }
  if (depth > 0)
    for (const inside of encodedWithin(value))
      yield* readHosts({ ...text, key: "", value: inside }, depth - 1);
}

/** Signs without which a text names no host; a longer text may hold one in base64. */
const signOfHost = /[.:\\%&\u2024\u3002\uff00-\uffef]/;
const numericHost = /^(0x[0-9a-f]{7,8}|\d{8,10})$/i;

const isHostKey = (key: string): boolean => /host|addr|server|endpoint/i.test(key);

function* hostsOfUrls(text: string): Generator<Found> {
  for (let at = text.indexOf("://"); at >= 0; at = text.indexOf("://", at + 3)) {
    const named = scheme.exec(text.slice(Math.max(0, at - longest.scheme), at))?.[0]?.toLowerCase();
    if (named === undefined) continue;
    const service = serviceOfScheme[named];
    if (service !== undefined && !/^[^\s"'<>/]{1,300}\.[a-z]{2,}[/:]/i.test(text.slice(at + 3, at + 310)))
      yield { host: service, scheme: named };
    else for (const host of hostsAt(text, at + 3)) yield { ...host, scheme: named };
  }
  for (const match of text.matchAll(looseUrl)) {
    if (match[2] === "//") continue;
    for (const host of hostsAt(text, match.index + match[0].length)) {
      const isHost = match[2] !== "" || isIP(host.host) > 0 || likeness(host.host) !== "none";
      if (isHost) yield { ...host, scheme: (match[1] ?? "").toLowerCase() };
    }
  }
}

/** `//a.example/script.js`, which takes the scheme of the page. */
function* hostsAfterSlashes(text: string): Generator<Found> {
  for (const match of text.matchAll(protocolRelative))
    for (const host of hostsAt(text, match.index + 2))
      if (isIP(host.host) > 0 || likeness(host.host) !== "none") yield host;
}

function* hostsAt(text: string, start: number): Generator<Found> {
  const rest = text.slice(start, start + longest.authority);
  const end = rest.search(endOfAuthority);
  const within = end < 0 ? undefined : ownerInPath.exec(rest.slice(0, end + 100))?.[1];
  for (const host of hostsOfAuthority(end < 0 ? rest : rest.slice(0, end)))
    yield within === undefined ? host : { ...host, within };
  // Programs differ in where the name of the user ends: `https://own.example\@a.example`.
  if (end >= 0 && /^[\\?#;]@/.test(rest.slice(end))) yield* hostsAt(rest, end + 2);
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

interface Word {
  readonly piece: string;
  readonly start: number;
}

function* hostsOfWords(text: Reading, isCode: boolean): Generator<Found> {
  const { value, key } = text;
  const isList = value.length <= longest.list && !value.includes("\n");
  const isArgument = key === "args" || key === "command";
  const everyName = isList && (aboutServer.test(key) || isArgument);
  if (value.includes("::") || (isList && value.includes(":")))
    for (const [address] of value.matchAll(ipv6Word)) if (isIP(address) === 6) yield reference(address);
  for (const word of dottedWords(value)) {
    if (word.piece.includes("://") || word.piece.startsWith("arn:")) continue;
    if (word.piece.includes(".io/") && qualifiedName.test(word.piece)) continue;
    for (const { name, port, user, rest } of namesIn(word.piece)) {
      if (isAddress(name)) {
        if (!isVersion(value, word, key)) yield reference(name, port);
        continue;
      }
      const surely = port !== undefined || user === "";
      if (surely ? isDottedName(name) : isBareHost(text, word, { name, user, rest, everyName, isCode }))
        yield reference(name, port);
    }
  }
}

/** An IPv4 address that a program can connect to: no mask, no multicast. */
const isAddress = (name: string): boolean =>
  isIP(name) === 4 && Number(name.slice(0, name.indexOf("."))) < 224;

/** `version: 1.2.3.4` is no address. */
const isVersion = (value: string, { start }: Word, key: string): boolean =>
  /version|release|oid/i.test(settingBefore(value, start) ?? key);

interface Named {
  readonly name: string;
  readonly port?: string;
  /** What precedes an `@`; undefined without one. */
  readonly user?: string | undefined;
  /** What follows the name: a path. */
  readonly rest: string;
}

/** The names of a word such as `user@a.example:/srv`, `@@a.example:514`, `tcp:a.example`, `a.example:443/path`. */
function namesIn(piece: string): readonly Named[] {
  return /[@:/\\*#]|^\./.test(piece) ? [...namesAmong(piece)] : [{ name: piece, rest: "" }];
}

function* namesAmong(piece: string): Generator<Named> {
  const slash = piece.search(/[/\\]/);
  const hosts = slash < 0 ? piece : piece.slice(0, slash);
  const rest = slash < 0 ? "" : piece.slice(slash);
  // A range of addresses is no host.
  if (/^\/\d{1,3}$/.test(rest) && isIP(hosts) === 4) return;
  const at = hosts.lastIndexOf("@");
  const before = hosts.slice(0, Math.max(at, 0));
  // `/a.example/203.0.113.9` of a resolver's forwarding rules.
  for (const part of rest.split("/")) if (isAddress(part)) yield { name: part, rest: "" };
  // `9.9.9.9@853`: some programs write the port so.
  if (isAddress(before)) yield { name: before, rest };
  const user = at < 0 ? undefined : before.replace(/^@$/, "");
  const parts = hosts.slice(at + 1).split(/[:#]/);
  for (const [index, part] of parts.entries()) {
    if (!part.includes(".")) continue;
    const next = parts[index + 1];
    const isPort = next !== undefined && port.test(next) && next.length > 1;
    yield {
      // `*.a.example`, and `${HOST:-a.example}` of a shell.
      name: part.replace(index === 0 ? /^(\*\.|\.)/ : /^[*.-]{1,2}/, ""),
      ...(isPort && { port: next }),
      ...(user !== undefined && { user: next === undefined ? user : "" }),
      rest,
    };
  }
}

interface Bare extends Named {
  /** Every name in the text is a host. */
  readonly everyName: boolean;
  readonly isCode: boolean;
}

function isBareHost({ value, key, isName }: Reading, word: Word, bare: Bare): boolean {
  const { name, user } = bare;
  const { start, piece } = word;
  if (!isDottedName(name)) return false;
  const setting = settingBefore(value, start);
  if (user !== undefined) {
    const sent = aboutRecipient.test(setting ?? key) || (setting === undefined && bare.everyName);
    return sent || isArgumentOfProgram(value, start);
  }
  const isNamed = setting !== undefined && aboutNames.test(setting);
  const isServer =
    (bare.everyName && !(isNamed && !aboutServer.test(setting))) ||
    (setting !== undefined && aboutServer.test(setting));
  const like = likeness(name);
  if (isServer && !looksLikeFile(name) && !(like === "none" && isPackage(name))) return true;
  if (like === "none" || isName || isNamed || isApiGroup(name)) return false;
  const isKey = !bare.rest.includes("?") && isSettingName(value, start + piece.length);
  // A file has no path behind it.
  if (!isKey && isArgumentOfProgram(value, start)) return !looksLikeFile(name) || bare.rest.startsWith("/");
  if (like === "word") return value.length === piece.length && !bare.isCode;
  if (like !== "host") return false;
  if (inApiGroups.test(value.slice(Math.max(0, start - longest.command), start))) return false;
  if (sshKey.test(value.slice(start, start + longest.setting))) return false;
  const before = value[start - 1] ?? "";
  const after = value[start + piece.length] ?? "";
  const isQuoted = /["'`]/.test(before) && before === after;
  // `"ca.connect": …` of messages and settings, and `"registry.a.example": …` of registries.
  if (isQuoted) return !isKey || name.split(".").length > 2 || /\.(com|net|org|io)$/.test(name);
  return !bare.isCode && !isKey;
}

/** An environment variable may have such a name as well, and a host as its value. */
const isNamesKey = (key: string, text: Source): boolean =>
  aboutNames.test(key) && !/(\.value$|^data|^stringData)/.test(text.path);

/** `management.tls.dev = on`: the word is the name of a setting. */
const isSettingName = (text: string, end: number): boolean =>
  /^(["'][ \t]{0,60}:|["']?[ \t]{0,60}(=|:[ \t\n]))/.test(text.slice(end, end + longest.blanks + 4));

/** Whether a program that connects to hosts precedes on the line. */
function isArgumentOfProgram(text: string, start: number): boolean {
  const line = text.slice(Math.max(0, start - longest.command), start);
  return network.test(line.slice(Math.max(line.lastIndexOf("\n"), 0)));
}

/** Words with a dot inside, at most as long as a host: everything that can be a name or an address. */
function* dottedWords(text: string): Generator<Word> {
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

/** The name of the setting whose value starts here, as in `host: "` and `<host>`; undefined where none precedes. */
function settingBefore(text: string, start: number): string | undefined {
  let at = start;
  const skip = (signs: string, most: number) => {
    for (let taken = 0; taken < most && at > 0 && signs.includes(text[at - 1] ?? ""); taken++) at--;
  };
  skip("\"'[", 2);
  skip(" \t", longest.blanks);
  skip(":=", 2);
  skip(" \t", longest.blanks);
  skip("\"'>]", 2);
  if (at === start) return undefined;
  const end = at;
  while (at > 0 && end - at < longest.setting && settingSign.test(text[at - 1] ?? "")) at--;
  return at === end ? undefined : text.slice(at, end);
}

function reference(host: string, portOf?: string): Found {
  const name = canonicalHost(host);
  return portOf === undefined ? { host: name } : { host: name, port: Number(portOf) };
}

export const isBucket = ({ scheme }: Pick<HostReference, "scheme">): boolean =>
  scheme !== undefined && bucketSchemes.has(scheme);

/** Texts of a Secret, other files than text of a ConfigMap, and the start script of a virtual machine are in base64. */
function plainTexts(resource: Resource): readonly Text[] {
  const { properties } = resource;
  const isConfigMap = /:ConfigMap(Patch)?$/.test(resource.type);
  const fields = (isConfigMap ? ["binaryData"] : ["data", "userData", "userDataBase64"]).filter(
    (field) => field in properties,
  );
  if (fields.length === 0) return textsOf(resource);
  const plain = (value: Json | undefined): Json | undefined =>
    typeof value === "string" ? fromBase64(value) : value;
  const replaced = { ...properties };
  for (const field of fields) {
    const value = properties[field];
    replaced[field] = isObject(value)
      ? (Object.fromEntries(Object.entries(value).map(([key, item]) => [key, plain(item)])) as Json)
      : plain(value);
  }
  return textsIn(replaced);
}
