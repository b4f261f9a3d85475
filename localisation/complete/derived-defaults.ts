/** Defaults that follow from other fields, where only one value is possible; otherwise the field is missing. */
import type { Examination } from "../check/examination.ts";
import { awsRegionsIn } from "../cloud-geography.ts";
import { currenciesOf } from "../generated/currencies.ts";
import { otherRegions } from "../rules/cloud-regions.ts";
import type { Country } from "../schema/country.ts";
import { countryName, timeZonesOf } from "../schema/formats.ts";
import { dataClassNames } from "../schema/residency.ts";
import { stackName } from "../stack-name.ts";
import { publicHolidays } from "./holidays.ts";
import { workingDaysOf } from "./working-week.ts";

type Mutable<T> = T extends object ? { -readonly [K in keyof T]: Mutable<T[K]> } : T;

/** Completes the draft of the examination in place and reports what it can't derive. */
export function deriveDefaults(examination: Examination): void {
  const draft = examination.draft as Mutable<Country>;
  territory(examination, draft);
  contacts(examination, draft);
  residency(examination, draft);
  hosting(examination, draft);
  backups(examination, draft);
  if (examination.isValid(["diagnostic"])) {
    const languages = examination.read("languages");
    if (languages !== undefined) draft.diagnostic.languages ??= [...languages];
  }
  telemetry(examination, draft);
}

function territory(examination: Examination, draft: Mutable<Country>): void {
  const country = examination.read("country");
  if (country === undefined) return;
  const languages = examination.read("languages");
  if (languages !== undefined)
    draft.names ??= Object.fromEntries(
      languages.map((language) => [language, countryName(country, language) ?? country]),
    );
  draft.timezone ??= onlyOne(examination, "timezone", "time zones", country, timeZonesOf(country));
  draft.currency ??= onlyOne(examination, "currency", "currencies", country, currenciesOf[country] ?? []);
}

function onlyOne(
  examination: Examination,
  key: string,
  what: string,
  country: string,
  choices: readonly string[],
): string {
  const [first] = choices;
  if (examination.isPlaceholder([key])) return first ?? "";
  if (choices.length !== 1 || first === undefined)
    examination.report(
      [key],
      `"${key}" is missing.`,
      choices.length === 0
        ? `Add it.`
        : `Add one of the ${what} of ${countryName(country)}: ${choices.join(", ")}.`,
    );
  return first ?? "";
}

function contacts(examination: Examination, draft: Mutable<Country>): void {
  const email = examination.given("programme", "operator", "email");
  if (email === undefined) return;
  if (examination.isValid(["notifications"])) draft.notifications.from ??= email;
  if (examination.isValid(["support"])) draft.support.email ??= email;
}

function residency(examination: Examination, draft: Mutable<Country>): void {
  const country = examination.read("country");
  if (country === undefined || !examination.isValid(["residency", "dataClasses"])) return;
  const laws = examination.given("residency", "laws");
  const articles = laws?.flatMap((law) => law.articles.map(({ article }) => `${law.id}:${article}`));
  for (const name of dataClassNames) {
    const dataClass = draft.residency.dataClasses[name];
    dataClass.restsIn ??= [country];
    if (articles !== undefined) dataClass.articles ??= [...articles];
  }
  draft.residency.regions ??= awsRegionsIn(country).map((region) => ({ provider: "aws", region }));
}

function hosting(examination: Examination, draft: Mutable<Country>): void {
  const country = examination.read("country");
  const aws = draft.hosting?.aws;
  if (country === undefined || aws === undefined || !examination.isValid(["hosting", "aws"])) return;
  const regions = awsRegionsIn(country);
  const [only] = regions;
  if (aws.region === undefined) {
    if (regions.length !== 1 || only === undefined) {
      examination.report(["hosting", "aws"], '"region" is missing.', otherRegions(examination), "key");
      return;
    }
    aws.region = only;
  }
  aws.zones ??= ["a", "b", "c"].map((letter) => `${aws.region}${letter}`);
}

/** Two stacks that wrote to one folder would restore each other's data, and delete it. */
function backups(examination: Examination, draft: Mutable<Country>): void {
  const country = examination.read("country");
  const destination = draft.hosting?.backup?.destination;
  if (country === undefined || destination === undefined) return;
  if (!examination.isValid(["hosting", "backup", "destination"])) return;
  const namespace = examination.read("hosting", "kubernetes", "namespace") ?? "rollout";
  destination.folder ??= `${stackName(country, examination.circumstances.overlay)}/${namespace}`;
}

function telemetry(examination: Examination, draft: Mutable<Country>): void {
  const country = examination.read("country");
  const languages = examination.read("languages");
  if (country === undefined || languages === undefined || !examination.isValid(["telemetry"])) return;
  draft.telemetry.shifts ??= [
    { name: "day", days: [], start: "08:00", end: "17:00", plannedBreakMinutes: 60 },
  ];
  for (const shift of draft.telemetry.shifts)
    if (shift.days === undefined || shift.days.length === 0) shift.days = [...workingDaysOf(country)];
  if (draft.telemetry.holidays !== undefined) return;
  const year = Number(examination.circumstances.today.slice(0, 4));
  draft.telemetry.holidays = structuredClone(publicHolidays(country, languages, [year, year + 1])) as Mutable<
    Country["telemetry"]["holidays"]
  >;
}
