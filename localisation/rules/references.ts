/** What a field refers to exists: articles of laws, size bands, sectors, standard questions, zones. */

import { nearest } from "../../base/nearest.ts";
import type { Examination, Rule } from "../check/examination.ts";
import { didYouMean, type PathSegment, quote } from "../problem.ts";
import { standardQuestions } from "../questionnaire.ts";
import { dataClassNames } from "../schema/residency.ts";

export const articlesExist: Rule = (examination) => {
  const laws = examination.read("residency", "laws");
  if (laws === undefined) return;
  const known = laws.flatMap(({ id, articles }) => articles.map(({ article }) => `${id}:${article}`));
  for (const { reference, path } of articleReferences(examination)) {
    if (known.includes(reference)) continue;
    const id = reference.slice(0, reference.indexOf(":"));
    const law = laws.find((candidate) => candidate.id === id);
    const wrong =
      law === undefined
        ? `no law has the id ${quote(id)}`
        : `${quote(reference.slice(id.length + 1))} is not an article of ${id}`;
    const near = nearest(reference, known);
    const choices =
      law === undefined ? laws.map((candidate) => candidate.id) : law.articles.map(({ article }) => article);
    examination.report(
      path,
      `${wrong} under residency.laws.`,
      didYouMean(near, `It has: ${choices.slice(0, 20).join(", ")}.`),
    );
  }
};

function* articleReferences(
  examination: Examination,
): Generator<{ reference: string; path: readonly PathSegment[] }> {
  for (const name of dataClassNames)
    for (const { item, path } of examination.elements("residency", "dataClasses", name, "articles"))
      if (examination.isWritten(path)) yield { reference: item, path };
  for (const list of ["registrations", "transfers"] as const)
    for (const { value, path } of examination.fields(["residency", list], "article"))
      yield { reference: value, path };
  const notice = examination.read("residency", "breachNotice", "article");
  if (notice !== undefined) yield { reference: notice, path: ["residency", "breachNotice", "article"] };
}

export const offersReferToTheProgramme: Rule = (examination) => {
  const bands = examination.fields(["programme", "sizeBands"], "id").map(({ value }) => value);
  const sectors = examination.read("programme", "sectors");
  const regions = examination.fields(["programme", "regions"], "code").map(({ value }) => value);
  for (const list of ["financing", "levers"] as const) {
    for (const { value, path } of examination.fields(["diagnostic", list], "sizeBands"))
      requireKnown(examination, value, path, bands, "size band of programme.sizeBands");
    for (const { value, path } of examination.fields(["diagnostic", list], "regions"))
      requireKnown(examination, value, path, regions, "region of programme.regions");
    if (sectors === undefined) continue;
    for (const { value, path } of examination.fields(["diagnostic", list], "sectors"))
      requireKnown(examination, value, path, sectors, "sector of programme.sectors");
  }
};

export const overridesAreOfStandardQuestions: Rule = (examination) => {
  const known = standardQuestions.map(({ id }) => id);
  for (const id of examination.keys("diagnostic", "overrides")) {
    if (known.includes(id)) continue;
    const near = nearest(id, known);
    examination.report(
      ["diagnostic", "overrides", id],
      `${quote(id)} is not a standard question.`,
      didYouMean(near, `There are: ${known.join(", ")}.`),
      "key",
    );
  }
};

export const dataCentresHoldKnownZones: Rule = (examination) => {
  const zones = examination.read("hosting", "kubernetes", "zones");
  if (zones === undefined) return;
  for (const { item, path } of examination.elements("hosting", "kubernetes", "dataCentres"))
    requireKnown(examination, item.zones, [...path, "zones"], zones, "zone of hosting.kubernetes.zones");
};

function requireKnown(
  examination: Examination,
  names: readonly string[],
  path: readonly PathSegment[],
  known: readonly string[],
  what: string,
): void {
  for (const [index, name] of names.entries()) {
    if (known.includes(name)) continue;
    const near = nearest(name, known);
    const choices = known.length === 0 ? "There is none." : `There are: ${known.join(", ")}.`;
    examination.report([...path, index], `${quote(name)} is not a ${what}.`, didYouMean(near, choices));
  }
}
