/**
 * What typical companies of each shipped country are offered, as the sources that the country's file names say it: who
 * may apply, where, and until when.
 */
import { expect, test } from "vitest";
import { fittingProgrammes } from "../../apps/diagnostic/questionnaire/recommendation.ts";
import { barriers } from "../../localisation/schema/diagnostic.ts";
import { loadFile } from "./app-under-test.ts";

type Firm = readonly [what: string, sector: string, sizeBand: string, region: string | null, offered: string];

/** Offers that every company of the country may take. */
const forAll: Readonly<Record<string, string>> = {
  za: "sedfa-direct-lending spii ncpc-sa workplace-challenge sedfa-development",
  br: "bndes-industry-4-0 finep-inovacred-4-0 brasil-mais-produtivo senai",
  tr: "kosgeb-digital tubitak-1507 kgf-guarantee model-factory iskur-on-the-job",
};

// merSETA: metal, motor, plastics and engineering firms. IDC: from R1 million, which it lends to small and medium firms.
// FIP and IPT: the State of São Paulo. Embrapii with Sebrae: micro and small firms.
const firms: Readonly<Record<string, readonly Firm[]>> = {
  za: [
    ["a clothing workshop", "14", "micro", "ZA-GP", ""],
    ["a clothing factory", "14", "medium", "ZA-KZN", "idc-small-business"],
    ["a textile mill", "13", "small", "ZA-EC", "idc-small-business"],
    ["a shoe factory", "15", "small", "ZA-KZN", "idc-small-business"],
    ["a bakery", "10", "micro", "ZA-WC", ""],
    ["a sawmill", "16", "small", "ZA-MP", "idc-small-business"],
    ["a chemical works", "20", "medium", "ZA-GP", "idc-small-business"],
    ["a maker of plastic parts", "22", "small", "ZA-GP", "idc-small-business merseta-grants"],
    ["a metal workshop", "25", "micro", "ZA-FS", "merseta-grants"],
    ["a maker of motor parts", "29", "medium", "ZA-EC", "idc-small-business merseta-grants"],
  ],
  br: [
    ["a food maker in Acre", "10", "micro", "BR-AC", "embrapii-sebrae"],
    ["a food maker in São Paulo", "10", "micro", "BR-SP", "embrapii-sebrae desenvolve-sp-investment ipt"],
    ["a clothing workshop in Ceará", "14", "small", "BR-CE", "embrapii-sebrae"],
    ["a shoe factory in Rio Grande do Sul", "15", "medium", "BR-RS", ""],
    ["a chemical works in São Paulo", "20", "medium", "BR-SP", "desenvolve-sp-investment ipt"],
    ["a maker of plastics in Santa Catarina", "22", "small", "BR-SC", "embrapii-sebrae"],
    ["a ceramics works in Minas Gerais", "23", "medium", "BR-MG", ""],
    ["a metal workshop in Paraná", "25", "micro", "BR-PR", "embrapii-sebrae"],
    [
      "a maker of machines in São Paulo",
      "28",
      "small",
      "BR-SP",
      "embrapii-sebrae desenvolve-sp-investment ipt",
    ],
    ["a furniture maker that named no region", "31", "small", null, "embrapii-sebrae"],
  ],
  tr: [
    ["a food maker", "10", "micro", "TR-01", ""],
    ["a textile mill", "13", "medium", "TR-16", ""],
    ["a clothing workshop", "14", "small", "TR-34", ""],
    ["a shoe factory", "15", "small", "TR-27", ""],
    ["a maker of plastic parts", "22", "medium", "TR-41", ""],
    ["a metal workshop", "25", "micro", "TR-42", ""],
    ["a maker of motors", "27", "small", "TR-35", ""],
    ["a maker of machines", "28", "medium", "TR-06", ""],
    ["a maker of motor parts", "29", "medium", "TR-16", ""],
    ["a furniture maker", "31", "small", "TR-38", ""],
  ],
};

function offeredTo(code: string, firm: Firm, today: string): string[] {
  const [, sector, sizeBand, region] = firm;
  const { diagnostic, programme } = loadFile(code).country;
  // A firm that can't register would test nothing.
  expect(programme.sectors).toContain(sector);
  expect(programme.sizeBands.map(({ id }) => id)).toContain(sizeBand);
  if (region !== null) expect(programme.regions.map((one) => one.code)).toContain(region);
  const applicant = { sector, sizeBand, region, today };
  return [diagnostic.financing, diagnostic.levers].flatMap((list) =>
    fittingProgrammes(list, barriers, applicant).map(({ id }) => id),
  );
}

const cases = Object.entries(firms).flatMap(([code, own]) =>
  own.map((firm) => [code, firm[0], firm] as const),
);

test.each(cases)("%s: %s", (code, _, firm) => {
  const expected = `${forAll[code]} ${firm[4]}`.trim().split(" ");
  expect(offeredTo(code, firm, "2026-06-01").toSorted()).toEqual(expected.toSorted());
});

test("an offer that has ended is gone the day after", () => {
  const firm = firms.br![0]!;
  expect(offeredTo("br", firm, "2027-01-31")).toContain("embrapii-sebrae");
  expect(offeredTo("br", firm, "2027-02-01")).not.toContain("embrapii-sebrae");
});

test("a company of the sector sees what is for its sector before what is for all", () => {
  const { diagnostic } = loadFile("za").country;
  const applicant = { sector: "25", sizeBand: "small", region: "ZA-GP", today: "2026-06-01" };
  expect(
    fittingProgrammes(diagnostic.financing, ["capital", "skills"], applicant).map(({ id }) => id),
  ).toEqual(["idc-small-business", "sedfa-direct-lending", "spii", "merseta-grants"]);
});
