/** Names that other fields refer to are unique. */
import type { Examination, Rule } from "../check/examination.ts";
import { type PathSegment, quote } from "../problem.ts";
import { standardQuestions } from "../questionnaire.ts";

export const identifiersAreUnique: Rule = (examination) => {
  for (const list of lists(examination)) unique(examination, list);
};

export const extraQuestionsAreNew: Rule = (examination) => {
  const standard = new Set(standardQuestions.map(({ id }) => id));
  for (const { value, path } of examination.fields(["diagnostic", "extraQuestions"], "id"))
    if (standard.has(value))
      examination.report(
        path,
        `${quote(value)} is the id of a standard question.`,
        "Choose another id, or change the standard question under diagnostic.overrides.",
      );
};

type Names = readonly { readonly value: string; readonly path: readonly PathSegment[] }[];

function lists(examination: Examination): readonly Names[] {
  const laws = examination.draft.residency?.laws;
  const articles = Array.isArray(laws)
    ? laws.map((_, index) => examination.fields(["residency", "laws", index, "articles"], "article"))
    : [];
  return [
    examination.fields(["programme", "sizeBands"], "id"),
    examination.fields(["programme", "regions"], "code"),
    examination.fields(["residency", "laws"], "id"),
    ...articles,
    examination.fields(["residency", "waivers"], "id"),
    examination.fields(["residency", "transfers"], "id"),
    examination.fields(["residency", "regions"], "region"),
    examination.fields(["hosting", "kubernetes", "dataCentres"], "id"),
    examination.fields(["telemetry", "shifts"], "name"),
    examination.fields(["diagnostic", "extraQuestions"], "id"),
    // Both lists share their names: a company's recommendations contain both.
    [
      ...examination.fields(["diagnostic", "financing"], "id"),
      ...examination.fields(["diagnostic", "levers"], "id"),
    ],
  ];
}

function unique(examination: Examination, names: Names): void {
  const seen = new Set<string>();
  for (const { value, path } of names) {
    if (seen.has(value))
      examination.report(path, `${quote(value)} is a duplicate.`, "Choose another, or remove one.");
    seen.add(value);
  }
}
