/** Compares countries: law, authority, residency, transfers, retention, targets, publication, and the verdict on each target. */

import { InputError } from "../base/kit-error.ts";
import { type LoadedCountry, loadCountry } from "../localisation/load.ts";
import type { Country } from "../localisation/schema/country.ts";
import { countryName } from "../localisation/schema/formats.ts";
import { targets } from "../localisation/schema/hosting.ts";
import { dataClassNames } from "../localisation/schema/residency.ts";
import { textIn } from "../localisation/text.ts";
import { produceReport } from "./produce.ts";
import type { Report } from "./report-schema.ts";

export interface ComparedCountry {
  readonly country: string;
  readonly name: string;
  readonly file: string;
  readonly sha256: string;
}

export interface ComparisonRow {
  readonly topic: string;
  /** One text for each country, in their order. */
  readonly values: readonly string[];
}

export interface CountryComparison {
  readonly kit: string;
  readonly environment?: string;
  readonly countries: readonly ComparedCountry[];
  readonly rows: readonly ComparisonRow[];
}

export interface CompareOptions {
  readonly files: readonly string[];
  readonly environment?: string;
  readonly at: Date;
  readonly kit: string;
}

const topic = (name: string, say: (country: Country) => string) => ({ topic: name, say });

const topics = [
  topic("laws", ({ residency, languages }) =>
    residency.laws.map(({ title, citation }) => `${textIn(title, languages)} (${citation})`).join("; "),
  ),
  topic("authority", ({ residency, languages }) =>
    residency.authority === undefined ? "none named" : textIn(residency.authority.name, languages),
  ),
  topic("officer", ({ programme, languages }) => textIn(programme.dataProtectionOfficer.role, languages)),
  topic("breach notice", ({ residency }) => breach(residency.breachNotice)),
  topic(
    "registrations",
    ({ residency, languages }) =>
      residency.registrations
        .map(({ register, number }) => `${textIn(register, languages)}: ${number ?? "no number yet"}`)
        .join("; ") || "none",
  ),
  topic("profile", ({ residency }) => residency.profile),
  ...dataClassNames.map((name) => topic(name, ({ residency }) => classRule(residency.dataClasses[name]))),
  topic(
    "cloud regions",
    ({ residency }) => residency.regions.map(({ region }) => region).join(", ") || "none",
  ),
  topic(
    "transfers abroad",
    ({ residency }) =>
      residency.transfers
        .map(({ recipient, to, mechanism }) => `${recipient} (${to}, ${mechanism})`)
        .join("; ") || "none",
  ),
  topic(
    "people abroad",
    ({ residency }) => residency.remoteAccess.map(({ who, from }) => `${who} (${from})`).join("; ") || "none",
  ),
  topic(
    "waivers",
    ({ residency }) => residency.waivers.map(({ id, until }) => `${id} until ${until}`).join(", ") || "none",
  ),
  topic("readings kept", ({ telemetry }) =>
    Object.entries(telemetry.retention)
      .map(([what, period]) => `${what} ${period}`)
      .join(", "),
  ),
  topic("logs kept", ({ hosting }) => `${hosting.logs.retention}, audit ${hosting.logs.auditRetention}`),
  topic("backups", ({ hosting }) => {
    const { destination, retention } = hosting.backup;
    return `${retention}, ${destination === undefined ? "no destination named" : `in ${destination.country}`}`;
  }),
  topic(
    "national figures",
    ({ aggregates }) =>
      `from ${aggregates.minimumCount} companies, largest ${aggregates.dominance.largest} at most ${aggregates.dominance.percent} %, ${aggregates.publication}`,
  ),
  topic("languages", ({ languages }) => languages.join(", ")),
  topic("target of the file", ({ hosting }) => hosting.target),
];

/** @throws LocalisationError */
export async function compareCountries({ files, ...made }: CompareOptions): Promise<CountryComparison> {
  const { environment, kit } = made;
  const options = environment === undefined ? {} : { environment };
  const loaded = files.map((file) => loadCountry(file, options));
  const verdicts: string[][] = [];
  // One after the other: Pulumi runs one program at a time.
  for (const one of loaded) {
    const ofCountry: string[] = [];
    for (const target of targets) ofCountry.push(await verdictOn(one, target, made));
    verdicts.push(ofCountry);
  }
  return {
    kit,
    ...(environment !== undefined && { environment }),
    countries: loaded.map(({ country, file, sha256 }) => ({
      country: country.country,
      name: country.names.en ?? countryName(country.country) ?? country.country,
      file,
      sha256,
    })),
    rows: [
      ...topics.map(({ topic, say }) => ({ topic, values: loaded.map(({ country }) => say(country)) })),
      ...targets.map((target, index) => ({
        topic: `checks on ${target}`,
        values: verdicts.map((ofCountry) => ofCountry[index] ?? ""),
      })),
    ],
  };
}

function breach(notice: Country["residency"]["breachNotice"]): string {
  if (notice === undefined) return "none named";
  const within =
    notice.hours !== undefined
      ? `within ${notice.hours} hours`
      : notice.workingDays !== undefined
        ? `within ${notice.workingDays} working days`
        : "as soon as reasonably possible";
  return `${within} (${notice.article})`;
}

function classRule({
  restsIn,
  crossBorder,
  retention,
  articles,
}: Country["residency"]["dataClasses"]["identity"]): string {
  const leaves = { forbidden: "stays", "with-mechanism": "leaves by a mechanism", free: "may leave" }[
    crossBorder.transfer
  ];
  return `${restsIn.join(", ")}, ${leaves}${retention === undefined ? "" : `, ${retention}`} (${articles.join(", ")})`;
}

async function verdictOn(
  { country, file }: LoadedCountry,
  target: (typeof targets)[number],
  made: Omit<CompareOptions, "files">,
): Promise<string> {
  if (target !== "local" && country.hosting[target] === undefined) return "not described";
  try {
    const { report } = await produceReport({ ...made, file, target, by: "" });
    return verdictInWords(report.verdict);
  } catch (error) {
    if (error instanceof InputError) return `can't be planned: ${error.message}`;
    throw error;
  }
}

function verdictInWords({ ok, passed, failed, undetermined, waived }: Report["verdict"]): string {
  const rest = [
    failed > 0 && `${failed} failed`,
    undetermined > 0 && `${undetermined} undetermined`,
    waived > 0 && `${waived} waived`,
  ].filter((text) => text !== false);
  return `${ok ? "pass" : "FAIL"}: ${[`${passed} passed`, ...rest].join(", ")}`;
}
