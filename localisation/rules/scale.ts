/** Size bands cover all companies without overlap; the expected scale is consistent. */
import type { Rule } from "../check/examination.ts";
import { quote } from "../problem.ts";

export const sizeBandsFollowEachOther: Rule = (examination) => {
  const bands = examination.elements("programme", "sizeBands");
  const complete = bands.length === examination.draft.programme?.sizeBands?.length;
  for (const [index, { item, path }] of bands.entries()) {
    const { from, to } = item.employees;
    if (from > to) {
      examination.report(
        [...path, "employees"],
        `The band ends (${to}) before it starts (${from}).`,
        "Write from, then to.",
      );
      continue;
    }
    if (!complete) continue;
    const previous = bands[index - 1]?.item;
    // A company without employees is only its owner; laws start at 0 or at 1.
    const expected = previous === undefined ? Math.min(from, 1) : previous.employees.to + 1;
    const at = [...path, "employees", "from"];
    if (from < expected)
      examination.report(
        at,
        `Companies with ${from} employees are in two bands, ${quote(previous?.id)} and ${quote(item.id)}.`,
        `Write from: ${expected}, smallest band first.`,
      );
    else if (from > expected) {
      const between = from - 1 === expected ? String(expected) : `${expected} to ${from - 1}`;
      examination.report(
        at,
        `Companies with ${between} employees are in no band.`,
        `Write from: ${expected}.`,
      );
    }
    const smaller = previous?.annualTurnover?.to;
    if (smaller !== undefined && item.annualTurnover !== undefined && item.annualTurnover.to < smaller)
      examination.warn(
        [...path, "annualTurnover", "to"],
        `The largest turnover is less than that of ${quote(previous?.id)}.`,
        "Check both.",
      );
  }
};

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
