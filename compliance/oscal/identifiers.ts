/** Shared by the two OSCAL documents: identifiers derived from the report, names of controls, clean text. */
import { createHash } from "node:crypto";
import { annexControls, securityControls } from "../../policies/engine/controls.ts";
import { canonicalJson, sha256 } from "../canonical.ts";
import type { Report } from "../report-schema.ts";

/** Written for 1.1; also valid for 1.2. */
const oscalVersion = "1.1.3";

/** Namespace of the kit's own properties. */
export const namespace = "https://country-rollout-kit.example/ns/oscal";

/** A UUID (RFC 9562, version 5) that is the same for the same report and name. */
export function identifierMaker(report: Report): (name: string) => string {
  const base = sha256(canonicalJson(report));
  return (name) => {
    const bytes = createHash("sha1").update(`${base} ${name}`).digest().subarray(0, 16);
    bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x50;
    bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
    const hex = bytes.toString("hex");
    return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
  };
}

/** One line, trimmed: OSCAL's plain texts allow nothing else. */
export function line(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what a line can't hold
  const clean = text.replace(/[\s\u0000-\u001f\u007f\u2028\u2029]+/g, " ").trim();
  return clean === "" ? "-" : clean;
}

/** One of the kit's own properties. */
export const property = (name: string, value: string) => ({ name, ns: namespace, value: line(value) });

export interface Framework {
  readonly key: "nist80053" | "iso27001";
  readonly title: string;
  readonly source: string;
  /** As OSCAL names the control. */
  readonly idOf: (control: string) => string;
  readonly titleOf: (control: string) => string;
}

export const frameworks: readonly Framework[] = [
  {
    key: "nist80053",
    title: "NIST SP 800-53 Revision 5",
    source:
      "https://raw.githubusercontent.com/usnistgov/oscal-content/main/nist.gov/SP800-53/rev5/json/NIST_SP-800-53_rev5_catalog.json",
    // As in NIST's own catalogue: `SC-7(4)` is `sc-7.4`.
    idOf: (control) => control.toLowerCase().replace(/\((\d+)\)/, ".$1"),
    titleOf: (control) => securityControls[control as keyof typeof securityControls] ?? control,
  },
  {
    key: "iso27001",
    title: "ISO/IEC 27001:2022 Annex A",
    source: "https://www.iso.org/standard/27001",
    idOf: (control) => control.toLowerCase(),
    titleOf: (control) => annexControls[control as keyof typeof annexControls] ?? control,
  },
];

/** The controls of a framework that the checks implement, in order. */
export function controlsOf({ checks }: Report, { key }: Framework): string[] {
  const all = new Set(checks.flatMap(({ controls }) => [...controls[key]]));
  return [...all].sort(new Intl.Collator("en", { numeric: true }).compare);
}

export function metadata(report: Report, title: string, identifier: (name: string) => string): object {
  const { made, kit, programme } = report;
  const operator = identifier("party operator");
  const officer = identifier("party officer");
  const maker = identifier("party maker");
  return {
    title: line(title),
    "last-modified": made.at,
    version: line(`${kit} ${made.at}`),
    "oscal-version": oscalVersion,
    roles: [
      { id: "creator", title: "Made the report" },
      { id: "system-owner", title: "Runs the stack" },
      { id: "privacy-officer", title: line(programme.officer.role) },
    ],
    parties: [
      { uuid: maker, type: "person", name: line(made.by) },
      {
        uuid: operator,
        type: "organization",
        name: line(programme.operator.name),
        "email-addresses": [programme.operator.email],
      },
      {
        uuid: officer,
        type: "person",
        name: line(programme.officer.name),
        "email-addresses": [programme.officer.email],
      },
    ],
    "responsible-parties": [
      { "role-id": "creator", "party-uuids": [maker] },
      { "role-id": "system-owner", "party-uuids": [operator] },
      { "role-id": "privacy-officer", "party-uuids": [officer] },
    ],
  };
}
