/** Size bands cover all companies without overlap; the expected scale is consistent. */
import type { Examination, Rule } from "../check/examination.ts";
import { type PathSegment, quote } from "../problem.ts";
import type { SizeBand } from "../schema/country.ts";
import { sizeMeasures } from "../schema/programme.ts";

type Band = Readonly<{ item: SizeBand; path: readonly PathSegment[] }>;

export const sizeBandsFollowEachOther: Rule = (examination) => {
  const bands = examination.elements("programme", "sizeBands");
  const complete = bands.length === examination.draft.programme?.sizeBands?.length;
  const measures = sizeMeasures.filter((measure) => bands.some(({ item }) => item[measure] !== undefined));
  for (const [index, { item, path }] of bands.entries()) {
    const missing = measures.filter((measure) => item[measure] === undefined);
    if (measures.length === 0 || missing.length === measures.length)
      examination.report(
        path,
        "The band has no limit.",
        `Add what the law limits: ${(measures.length > 0 ? measures : sizeMeasures).join(", ")}.`,
        "key",
      );
    else if (missing.includes("employees"))
      examination.report(
        path,
        '"employees" is missing: other bands count them.',
        "Add it, or count employees in no band.",
        "key",
      );
    if (item.employees === undefined) amountsGrow(examination, bands[index - 1]?.item, { item, path });
    else employeesFollow(examination, complete, bands[index - 1]?.item, { item, path }, item.employees);
  }
};

function employeesFollow(
  examination: Examination,
  complete: boolean,
  previous: SizeBand | undefined,
  { item, path }: Band,
  { from, to }: NonNullable<SizeBand["employees"]>,
): void {
  if (from > to) {
    examination.report(
      [...path, "employees"],
      `The band ends (${to}) before it starts (${from}).`,
      "Write from, then to.",
    );
    return;
  }
  if (!complete) return;
  // A company without employees is only its owner; laws start at 0 or at 1.
  const expected = previous?.employees === undefined ? Math.min(from, 1) : previous.employees.to + 1;
  const at = [...path, "employees", "from"];
  if (from < expected)
    examination.report(
      at,
      `Companies with ${from} employees are in two bands, ${quote(previous?.id)} and ${quote(item.id)}.`,
      `Write from: ${expected}, smallest band first.`,
    );
  else if (from > expected) {
    const between = from - 1 === expected ? String(expected) : `${expected} to ${from - 1}`;
    examination.report(at, `Companies with ${between} employees are in no band.`, `Write from: ${expected}.`);
  }
  amountsGrow(examination, previous, { item, path });
}

const amounts = [
  ["annualTurnover", "turnover"],
  ["capital", "capital"],
  ["assets", "value of assets"],
] as const;

function amountsGrow(examination: Examination, previous: SizeBand | undefined, { item, path }: Band): void {
  for (const [measure, name] of amounts) {
    const smaller = previous?.[measure]?.to;
    const own = item[measure]?.to;
    if (smaller !== undefined && own !== undefined && own < smaller)
      examination.warn(
        [...path, measure, "to"],
        `The largest ${name} is less than that of ${quote(previous?.id)}.`,
        "Check both.",
      );
  }
}

export const scaleGrows: Rule = (examination) => {
  const now = examination.read("programme", "scale", "now");
  const later = examination.read("programme", "scale", "inThreeYears");
  for (const [name, scale] of [["now", now] as const, ["inThreeYears", later] as const])
    if (scale !== undefined && scale.machines < scale.companies)
      examination.warn(
        ["programme", "scale", name, "machines"],
        `There are fewer machines (${scale.machines}) than companies (${scale.companies}).`,
        "Count machines over all companies.",
      );
  if (now === undefined || later === undefined) return;
  for (const what of ["companies", "machines"] as const)
    if (later[what] < now[what])
      examination.warn(
        ["programme", "scale", "inThreeYears", what],
        `In three years there are fewer ${what} (${later[what]}) than now (${now[what]}).`,
        "Check both.",
      );
};

export const sitesHaveBothCoordinates: Rule = (examination) => {
  for (const { item, path } of examination.elements("programme", "pilotSites")) {
    if ((item.latitude === undefined) === (item.longitude === undefined)) continue;
    const missing = item.latitude === undefined ? "latitude" : "longitude";
    examination.report(
      path,
      `The site has one coordinate; ${quote(missing)} is missing.`,
      `Add ${missing}, or remove the other.`,
      "key",
    );
  }
};
