/** Names that other fields refer to stand once. */
import type { Examination, Rule } from "../examination.ts";
import { type PathSegment, quote } from "../problem.ts";
import { standardQuestions } from "../questionnaire.ts";

export const identifiersAreUnique: Rule = (examination) => {
  const { residency, programme, diagnostic } = lists(examination);
  for (const list of [...residency, ...programme, ...diagnostic]) unique(examination, list);
};

export const extraQuestionsAreNew: Rule = (examination) => {
  const standard = new Set(standardQuestions.map(({ id }) => id));
  for (const { item, path } of examination.elements("diagnostic", "extraQuestions"))
    if (standard.has(item.id))
      examination.report(
        [...path, "id"],
        `${quote(item.id)} is the id of a standard question.`,
        "Choose another id, or change the standard question under diagnostic.overrides.",
      );
};

interface Named {
  readonly name: string;
  readonly path: readonly PathSegment[];
}

function lists(examination: Examination) {
  const ids = (
    elements: readonly { item: { readonly id: string }; path: readonly PathSegment[] }[],
  ): Named[] => elements.map(({ item, path }) => ({ name: item.id, path: [...path, "id"] }));
  const { elements } = { elements: examination.elements.bind(examination) };
  const articles = examination.elements("residency", "laws").map(({ item, path }) =>
    item.articles.map(({ article }, index) => ({
      name: article,
      path: [...path, "articles", index, "article"],
    })),
  );
  return {
    residency: [
      ids(elements("residency", "laws")),
      ...articles,
      ids(elements("residency", "waivers")),
      ids(elements("residency", "transfers")),
      elements("residency", "regions").map(({ item, path }) => ({
        name: item.region,
        path: [...path, "region"],
      })),
    ],
    programme: [
      ids(elements("programme", "sizeBands")),
      elements("programme", "regions").map(({ item, path }) => ({
        name: item.code,
        path: [...path, "code"],
      })),
      elements("telemetry", "shifts").map(({ item, path }) => ({ name: item.name, path: [...path, "name"] })),
      ids(elements("hosting", "kubernetes", "dataCentres")),
    ],
    diagnostic: [
      ids(elements("diagnostic", "extraQuestions")),
      // One space of names: a company's recommendations hold both.
      [...ids(elements("diagnostic", "financing")), ...ids(elements("diagnostic", "levers"))],
    ],
  };
}

function unique(examination: Examination, named: readonly Named[]): void {
  const seen = new Set<string>();
  for (const { name, path } of named) {
    if (seen.has(name))
      examination.report(
        path,
        `${quote(name)} stands here a second time.`,
        "Choose another, or take one out.",
      );
    seen.add(name);
  }
}
