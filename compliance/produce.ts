/** From a localisation file to its report: loads the file, plans the stack in this process, checks it. */
import { readFileSync } from "node:fs";
import { dayIn } from "../base/day.ts";
import { InputError } from "../base/kit-error.ts";
import { type LoadedCountry, loadCountry } from "../localisation/load.ts";
import { clusterTargets, targets } from "../localisation/schema/hosting.ts";
import type { Plan } from "../plan/plan.ts";
import { planCountry } from "../stacks/country-plan.ts";
import type { Previous } from "./previous.ts";
import { makeReport } from "./report.ts";
import type { Report } from "./report-schema.ts";

export interface ReportRequest {
  /** Localisation file. */
  readonly file: string;
  readonly environment?: string;
  /** `hosting.target` where absent. */
  readonly target?: string;
  readonly languages?: readonly string[];
  /** Where the stack of the target `local` keeps its data. */
  readonly dataFolder?: string;
  readonly by: string;
  readonly at: Date;
  /** Version of the kit. */
  readonly kit: string;
  /** The report before this one, to compare with. */
  readonly previous?: Previous;
  /** What a look at the running stack found; what an earlier look found is given as it is. */
  readonly observed?: Report["observed"] | Look;
}

/** @param at RFC 3339, in UTC, to the second. @param today the day in the country. */
export type Look = (
  loaded: LoadedCountry,
  plan: Plan,
  at: string,
  today: string,
) => Promise<Report["observed"]>;

export interface ProducedReport {
  readonly report: Report;
  readonly loaded: LoadedCountry;
  /** None for the target `local`. */
  readonly plan?: Plan;
  readonly previous?: Previous;
}

/**
 * @throws LocalisationError where the file is not valid.
 * @throws InputError where the target or a language is unknown, or the file lacks what the target needs.
 */
export async function produceReport(request: ReportRequest): Promise<ProducedReport> {
  const { file, environment, at, kit } = request;
  const target = targets.find((known) => known === request.target);
  if (request.target !== undefined && target === undefined)
    throw new InputError(`There is no target "${request.target}".`, `There is: ${targets.join(", ")}.`);
  const options = {
    ...(environment !== undefined && { environment }),
    ...(target !== undefined && { target }),
  };
  // The day depends on the country's time zone, which is in the file.
  const day = dayIn(loadCountry(file, options).country.timezone, at);
  const loaded = loadCountry(file, { ...options, today: day });
  const languages = request.languages ?? defaultLanguages(loaded);
  const absent = languages.find((language) => !Object.hasOwn(loaded.catalogues, language));
  if (absent !== undefined)
    throw new InputError(
      `There is no catalogue for the language "${absent}" of this country.`,
      `There is: ${Object.keys(loaded.catalogues).join(", ")}.`,
    );
  const planned = clusterTargets.find((known) => known === loaded.country.hosting.target);
  const plan = planned === undefined ? undefined : await planCountry(loaded, planned, kit);
  const time = `${at.toISOString().slice(0, 19)}Z`;
  const observed =
    typeof request.observed !== "function"
      ? request.observed
      : plan === undefined
        ? undefined
        : await request.observed(loaded, plan, time, day);
  const kept = request.previous === undefined ? {} : { previous: request.previous };
  const report = makeReport({
    loaded,
    text: readFileSync(file, "utf8"),
    ...(plan !== undefined && { plan }),
    ...(request.dataFolder !== undefined && { dataFolder: request.dataFolder }),
    languages,
    kit,
    at: time,
    ...(observed !== undefined && { observed }),
    day,
    by: request.by,
    ...kept,
  });
  return { report, loaded, ...kept, ...(plan !== undefined && { plan }) };
}

/** The country's first language, if it has a catalogue, and English. */
function defaultLanguages({ country, catalogues }: LoadedCountry): string[] {
  const [first = "en"] = country.languages;
  return catalogues[first] === undefined ? ["en"] : [first, "en"];
}
