/**
 * Settings of a resource of AWS: its texts, and those inside JSON in a text, such as a command document, a dashboard or a state
 * machine. Policy documents are left out: they say who may do what, not where something goes.
 */
import { type HostReference, hostsIn, hostsOf } from "./hosts.ts";
import { rememberLast } from "./last.ts";
import { statementsOf } from "./policy-documents.ts";
import { jsonIn, textAt } from "./properties.ts";
import type { Resource } from "./resource.ts";
import { type Text, textsIn, textsOf } from "./texts.ts";

export const awsSettingsOf: (resource: Resource) => readonly Text[] = rememberLast((resource: Resource) =>
  textsOf(resource).flatMap((text): readonly Text[] => {
    if (text.section === "tags" || text.section === "tagsAll") return [];
    const { value } = text;
    if (!/^\s*[[{]/.test(value)) return [text];
    if (value.includes('"Statement"')) return [];
    const document = jsonIn(value);
    if (document === undefined) return [text];
    const { path, section } = text;
    return textsIn(document, text.key).map((inner) => ({
      value: inner.value,
      key: inner.key,
      section,
      path,
    }));
  }),
);

/** Settings that hold names or addresses which something connects to, or sends somebody to. */
const addressKey =
  /(records|ips?|ipAddress(es)?|ipv[46]|hosts?|hostname|servers?|domain|dnsName|cname|urls?|uri|endpoints?|targetId|issuer)$/i;
const aliasName = /aliases\[\d+\]\.name$/;
const variable = /^environment\.variables\./;
const wholeName = /^[a-z0-9_-]+(\.[a-z0-9_-]+)+(:\d+)?$/i;
/** Records of DNS that name nobody who is connected to: texts, and who may issue certificates. */
const silentRecords = /^(TXT|CAA|SPF|PTR|SOA|DS)$/;
/** Names by which AWS proves that a domain is the account's, and serves its zones. */
const ofDns = /(^|\.)(acm-validations\.aws|awsdns-\d+\.(com|net|org|co\.uk)|dkim\.amazonses\.com)$/;

/** Hosts and addresses of any resource of AWS. */
export function awsHostsOf(resource: Resource): HostReference[] {
  if (
    resource.type === "aws:route53/record:Record" &&
    silentRecords.test(textAt(resource.properties, "type") ?? "")
  )
    return [];
  const documents = new Set(statementsOf(resource).map(({ path }) => path));
  const found = new Map<string, HostReference>();
  const add = (reference: HostReference) => {
    if (ofDns.test(reference.host) || documents.has(reference.path)) return;
    const key = `${reference.path} ${reference.host}`;
    if (!found.has(key)) found.set(key, reference);
  };
  for (const reference of hostsOf(resource)) if (!/^tags/.test(reference.path)) add(reference);
  for (const text of awsSettingsOf(resource)) {
    const { key, value } = text;
    const isAddress =
      addressKey.test(key) ||
      (key === "name" && aliasName.test(text.path)) ||
      (wholeName.test(value) && variable.test(text.path));
    for (const reference of isAddress
      ? hostsIn({ key: "host", value: spelled(value), path: text.path })
      : hostsIn(text))
      add(reference);
  }
  return [...found.values()];
}

/** An IPv6 address has no dot, by which names are found. */
const spelled = (value: string): string =>
  /^[0-9a-f:]+:[0-9a-f:]*$/i.test(value) ? `tcp://[${value}]` : value;
