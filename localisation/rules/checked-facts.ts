/** Facts of law, of size and of energy change: the day on which they were last checked against their source is in the file. */
import type { Examination, Rule } from "../check/examination.ts";
import type { PathSegment } from "../problem.ts";

const mostYears = 2;

export const factsAreChecked: Rule = (examination) => {
  const facts = factsOf(examination);
  const unchecked = facts.filter(({ checked }) => checked === undefined);
  const [first] = unchecked;
  if (first !== undefined)
    examination.advise(
      first.path,
      `Nobody says when ${unchecked.map(({ what }) => what).join(", ")} ${unchecked.length === 1 ? "was" : "were"} checked.`,
      "Add checked: YYYY-MM-DD to each; for sizeBands, add sizeBandsChecked beside it.",
      "key",
    );
  const { today } = examination.circumstances;
  const oldest = `${Number(today.slice(0, 4)) - mostYears}${today.slice(4)}`;
  for (const { checked, at, what } of facts) {
    if (checked === undefined) continue;
    if (checked > today)
      examination.advise(at, `${checked} is in the future.`, "Write the day of the last look at the source.");
    else if (checked < oldest)
      examination.advise(
        at,
        `${what} was checked on ${checked}, more than ${mostYears} years ago.`,
        "Look at the source again.",
      );
  }
};

interface Fact {
  readonly what: string;
  readonly path: readonly PathSegment[];
  /** The path of the day. */
  readonly at: readonly PathSegment[];
  readonly checked: string | undefined;
}

/** Those that are filled in. */
function factsOf(examination: Examination): Fact[] {
  const energy = (["tariff", "emissionFactor"] as const).flatMap((what): Fact[] => {
    const fact = examination.read("telemetry", "energy", what);
    const path = ["telemetry", "energy", what];
    return fact === undefined ? [] : [{ what, path, at: [...path, "checked"], checked: fact.checked }];
  });
  const laws = examination
    .elements("residency", "laws")
    .map(
      ({ item, path }): Fact => ({ what: item.id, path, at: [...path, "checked"], checked: item.checked }),
    );
  const bands = examination.read("programme", "sizeBands");
  const sizes: Fact[] =
    bands === undefined
      ? []
      : [
          {
            what: "sizeBands",
            path: ["programme", "sizeBands"],
            at: ["programme", "sizeBandsChecked"],
            checked: examination.read("programme", "sizeBandsChecked"),
          },
        ];
  return [...sizes, ...laws, ...energy];
}
