/** Explains why a value violates its schema, and how to fix it. */
import type { ErrorObject } from "ajv";
import { nearest } from "../../base/nearest.ts";
import { kitPath } from "../../base/package-root.ts";
import { didYouMean, quote } from "../problem.ts";
import type { LocatedNode } from "../read/document.ts";
import { invisibleIn, nameOfSign, withoutInvisible } from "../read/invisible-signs.ts";
import type { SchemaNode } from "../schema/file-schema.ts";
import { countryCodes, countryName, formats } from "../schema/formats.ts";

export interface ValueMessage {
  readonly message: string;
  readonly remediation: string;
  /** The node that the problem is at, where it isn't the value itself. */
  readonly at?: LocatedNode;
}

const say = (message: string, remediation: string): ValueMessage => ({ message, remediation });

export function describeValue(error: ErrorObject, schema: SchemaNode, node: LocatedNode): ValueMessage {
  switch (error.keyword) {
    case "type":
      return wrongType(schema, node);
    case "enum":
    case "const":
      return notAllowed(schema, node);
    case "pattern":
    case "format":
      return wrongForm(schema, node);
    case "uniqueItems":
      return repeated(error, node);
    default:
      return outOfBounds(error, schema, node);
  }
}

const kinds: Readonly<Record<string, string>> = {
  string: "text",
  number: "a number",
  integer: "a whole number",
  boolean: "true or false",
  array: "a list",
  object: "a group of keys",
};

function wrongType(schema: SchemaNode, node: LocatedNode): ValueMessage {
  const expected = kinds[schema.type ?? ""] ?? "what belongs here";
  if (node.kind === "scalar" && node.value === null)
    return say("The value is empty.", `Write ${expected} after the colon, or remove the key.`);
  if (schema.type === "string" && node.kind === "scalar") {
    const typed = node.typed ?? String(node.value);
    return say(`${typed} is read as ${nameOf(node)}, not as text.`, `Put it in quotes: ${quote(typed)}.`);
  }
  const message = `${shown(node)} is not ${expected}.`;
  if (schema.type === "array") return notAList(message, node);
  if (schema.type === "object") {
    const keys = Object.keys(schema.properties ?? (schema.examples?.[0] as object | undefined) ?? {});
    return {
      message,
      remediation: `Write keys with values below it${keys.length > 0 ? `, such as ${keys.slice(0, 4).join(", ")}` : ""}.`,
    };
  }
  if (schema.type === "boolean")
    return {
      message,
      remediation: `Write true or false${node.kind === "scalar" && typeof node.value === "string" ? ", without quotes" : ""}.`,
    };
  const numeric =
    node.kind === "scalar" &&
    typeof node.value === "string" &&
    node.value.trim() !== "" &&
    Number.isFinite(Number(node.value));
  if (numeric) return { message, remediation: `Remove the quotes: ${Number(node.value)}.` };
  const example = schema.examples?.[0] ?? schema.default;
  const form = schema.type === "number" ? `${expected} with a point for decimals` : expected;
  return { message, remediation: `Write ${form}${example === undefined ? "" : `, for example ${example}`}.` };
}

function notAList(message: string, node: LocatedNode): ValueMessage {
  if (node.kind === "map") {
    const [key = ""] = node.entries.keys();
    return /^-\S/.test(key)
      ? say('A space is missing after "-".', `Write "- ${key.slice(1)}: …".`)
      : say(
          message,
          `Write "- " before the first key of each item: "- ${key}: …"; its other keys stand below ${key}.`,
        );
  }
  const typed = node.kind === "scalar" ? String(node.value) : "";
  return /^-\S/.test(typed)
    ? say('A space is missing after "-".', `Write "- ${typed.slice(1).replace(/\s-.*$/s, "")}".`)
    : say(message, `Write [${shown(node)}], or each item after "- " on its own line.`);
}

function nameOf(node: LocatedNode): string {
  if (node.kind === "map") return "a group of keys";
  if (node.kind === "list") return "a list";
  if (typeof node.value === "number") return "a number";
  return typeof node.value === "boolean" ? "true or false" : "text";
}

function shown(node: LocatedNode): string {
  if (node.kind === "scalar")
    return typeof node.value === "number" ? (node.typed ?? String(node.value)) : quote(node.value);
  return node.kind === "map" ? "A group of keys" : "A list";
}

/** Clouds that people ask for; only AWS is built on by itself. */
const otherClouds =
  /^(azure|microsoft|gcp|google|oci|oracle|alibaba|aliyun|huawei|ibm|tencent|ovh|hetzner|digitalocean|scaleway|linode|akamai|vultr|openstack|vmware|yandex|stackit|exoscale|on-?prem)/i;

function notAllowed(schema: SchemaNode, node: LocatedNode): ValueMessage {
  const typed = node.kind === "scalar" && typeof node.value === "string" ? node.value : "";
  const sign = hiddenSign(typed);
  if (sign !== undefined) return sign;
  if (schema.title === "Provider" && otherClouds.test(typed))
    return say(
      `The kit creates no resources at ${quote(typed)}.`,
      "Use a Kubernetes cluster on its machines in the country: write hosting.target: kubernetes and hosting.kubernetes, and leave this entry out.",
    );
  const allowed = (schema.enum ?? [schema.const]).map(String);
  const near =
    node.kind === "scalar" && typeof node.value === "string" ? nearest(node.value, allowed) : undefined;
  const choices = allowed.length === 1 ? `Write ${allowed[0]}.` : `Write one of: ${allowed.join(", ")}.`;
  return say(`${shown(node)} is not allowed here.`, didYouMean(near, choices));
}

function wrongForm(schema: SchemaNode, node: LocatedNode): ValueMessage {
  const text = node.kind === "scalar" ? String(node.value) : "";
  const sign = hiddenSign(text);
  if (sign !== undefined) return sign;
  const suggestion = repaired(text, schema) ?? meant(text, schema.format);
  const examples = (schema.examples ?? []).map(quote).join(" or ");
  const like = examples === "" ? "" : `Write it like ${examples}.`;
  return say(
    `${quote(text)} is not ${schema.expected ?? "in the right form"}.`,
    didYouMean(suggestion, like),
  );
}

function hiddenSign(text: string): ValueMessage | undefined {
  const sign = invisibleIn(text);
  if (sign === undefined) return undefined;
  const before = text.slice(0, text.indexOf(sign));
  const where = before === "" ? "at its start" : `after ${quote(before)}`;
  return say(`The value holds ${nameOfSign(sign)}, ${where}.`, `Type it anew: ${withoutInvisible(text)}.`);
}

const repairs: readonly ((text: string, schema: SchemaNode) => string | undefined)[] = [
  (text) => text.trim(),
  (text) => text.trim().toUpperCase(),
  (text) => text.trim().toLowerCase(),
  (text) => text.replaceAll(/^[“”„«»‘’]+|[“”„«»‘’]+$/g, ""),
  (text, { format }) =>
    format === undefined
      ? text
          .trim()
          .toLowerCase()
          .replaceAll(/[_\s]+/g, "-")
      : undefined,
  (text) => canonicalLocale(text.replaceAll("_", "-")),
  (text) => canonicalLocale(`und-${text}`)?.replace(/^und-/, ""),
  (text) => text.replace(/^(\d):/, "0$1:"),
  (text) => text.replace(/^(\d{1,2})h?$/, "$1:00").padStart(5, "0"),
  (text, { format }) => (format === "uri" ? `https://${text}` : undefined),
  (text) => text.replace(/^https?:\/\//, "").replace(/\/$/, ""),
  (text) => isoDate(text),
];

/** What was probably meant: the text in another case, with a zero, without a space, … */
function repaired(text: string, schema: SchemaNode): string | undefined {
  if (text.length === 0 || text.length > 200) return undefined;
  return repairs
    .map((repair) => repair(text, schema))
    .find((candidate) => candidate !== undefined && candidate !== text && fits(candidate, schema));
}

/** The code of a name that was written out, or the nearest registered name. */
function meant(text: string, format: string | undefined): string | undefined {
  if (format === "time-zone") return nearest(text, Intl.supportedValuesOf("timeZone"));
  if (format !== "country" || text.length < 3) return undefined;
  const names = new Map(countryCodes().map((code) => [countryName(code) ?? code, code]));
  return names.get(nearest(text, names.keys()) ?? "");
}

function fits(text: string, schema: SchemaNode): boolean {
  if (schema.pattern !== undefined && !new RegExp(schema.pattern, "u").test(text)) return false;
  if (schema.format === undefined) return schema.pattern !== undefined;
  const format = formats[schema.format as keyof typeof formats];
  if (typeof format === "function") return format(text);
  return format instanceof RegExp ? format.test(text) : format.validate(text);
}

function canonicalLocale(tag: string): string | undefined {
  try {
    return Intl.getCanonicalLocales(tag)[0];
  } catch {
    return undefined;
  }
}

/** `16.12.2026` and `16/12/2026` as people write them; month first is never guessed. */
function isoDate(text: string): string | undefined {
  const parts = /^(\d{1,2})[./](\d{1,2})[./](\d{4})$/.exec(text) ?? undefined;
  if (parts === undefined)
    return /^\d{4}-\d-\d{1,2}$|^\d{4}-\d{2}-\d$/.test(text)
      ? text.replaceAll(/-(\d)(?!\d)/g, "-0$1")
      : undefined;
  return `${parts[3]}-${parts[2]?.padStart(2, "0")}-${parts[1]?.padStart(2, "0")}`;
}

function repeated(error: ErrorObject, node: LocatedNode): ValueMessage {
  const second =
    node.kind === "list" ? node.items[Math.max(Number(error.params.i), Number(error.params.j))] : undefined;
  const message = `${second === undefined ? "An item" : shown(second)} is a duplicate.`;
  return second === undefined
    ? { message, remediation: "Remove it." }
    : { message, remediation: "Remove it.", at: second };
}

function outOfBounds(error: ErrorObject, schema: SchemaNode, node: LocatedNode): ValueMessage {
  const limit = Number(error.params.limit);
  const number = `${shown(node)} is`;
  switch (error.keyword) {
    case "minimum":
      return say(`${number} too small.`, `Write ${limit} or more.`);
    case "exclusiveMinimum":
      return say(`${number} too small.`, `Write more than ${limit}.`);
    case "maximum":
      return say(`${number} too large.`, `Write ${limit} or less.`);
    case "minLength":
      return say(
        limit === 1 ? "The text is empty." : `${number} too short.`,
        limit === 1 ? "Write something, or remove the key." : `Write at least ${limit} characters.`,
      );
    case "maxLength":
      return say("The text is too long.", `Write at most ${limit} characters.`);
    case "minItems": {
      const count = node.kind === "list" ? node.items.length : 0;
      return say(
        count === 0 ? "The list is empty." : `The list has ${count} items.`,
        schema.maxItems === limit
          ? `Write exactly ${limit}.`
          : `Write at least ${limit === 1 ? "one" : limit}.`,
      );
    }
    case "maxItems":
      return say(
        `The list has ${node.kind === "list" ? node.items.length : "too many"} items.`,
        schema.minItems === limit ? `Write exactly ${limit}.` : `Write at most ${limit}.`,
      );
    default:
      return say(
        `${number} wrong: it ${error.message ?? "breaks the schema"}.`,
        `See ${kitPath("docs/localisation.md")}.`,
      );
  }
}
