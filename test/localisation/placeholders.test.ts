/** What a team has not filled in yet is counted and named, and no production environment starts with it. */
import { describe, expect, test } from "vitest";
import { formatProblem, loadCountry } from "../../localisation/load.ts";
import { edited, Folder, problemsOf, today, validFile, warningsOf } from "./fixture.ts";

function openIn(content: string): string[] {
  using folder = new Folder();
  const file = folder.write("file.yaml", content);
  return loadCountry(file, { today }).placeholders.map((problem) =>
    formatProblem({ ...problem, file: "file" }),
  );
}

const production = `${validFile}hosting: { target: local, environments: { production: {} } }\n`;
const refused = (part: string, by: string) =>
  problemsOf(edited(part, by, production), { environment: "production" });

test("a file without any has none", () => {
  expect(openIn(validFile)).toEqual([]);
  expect(problemsOf(production, { environment: "production" })).toEqual([]);
});

describe("!todo", () => {
  test.each([
    [
      "a text",
      "name: A. Person",
      "name: !todo Who is it?",
      "7:71  programme.dataProtectionOfficer.name: Still to be filled in: Who is it?",
    ],
    [
      "an address",
      "office@industry.go.ke",
      '!todo "Which mailbox, of two: a or b?"',
      "6:56  programme.operator.email: Still to be filled in: Which mailbox, of two: a or b?",
    ],
    [
      "a number",
      "pricePerKilowattHour: 19",
      "pricePerKilowattHour: !todo What does it cost?",
      "26:43  telemetry.energy.tariff.pricePerKilowattHour: Still to be filled in: What does it cost?",
    ],
    [
      "a list",
      '["10", "14"]',
      "!todo Which divisions?",
      "8:18  programme.sectors: Still to be filled in: Which divisions?",
    ],
    [
      "a text in several languages",
      "{ en: Workshops, sw: Karakana }",
      "!todo Its name?",
      "5:15  programme.name: Still to be filled in: Its name?",
    ],
    [
      "without a question, the field's own meaning",
      "No. 24 of 2019",
      "!todo",
      "20:22  residency.laws[0].citation: Still to be filled in: As lawyers cite it.",
    ],
  ])("in place of %s", (_, part, by, line) => {
    const expected = `file:${line} Write the answer in place of !todo.`;
    expect(openIn(edited(part, by))).toEqual([expected]);
    expect(refused(part, by)).toEqual([expected.replace("Still", "This is production. Still")]);
  });

  test("the pages show the question where the answer will stand", () => {
    using folder = new Folder();
    const file = folder.write(
      "file.yaml",
      edited("office@industry.go.ke", "!todo Which mailbox?").replace(
        "{ en: Workshops, sw: Karakana }",
        "!todo Its name?",
      ),
    );
    const { country } = loadCountry(file, { today });
    expect(country.programme.name).toEqual({ en: "TODO: Its name?", sw: "TODO: Its name?" });
    expect(country.support.email).toBe("todo@todo.invalid");
  });

  test("everything follows from the country: it can't be open", () => {
    expect(problemsOf(edited("country: KE", "country: !todo Which?"))[0]).toContain(
      '"Which?" is not a country code',
    );
  });

  test("a time zone of several may be open for a pilot", () => {
    const file = edited("country: KE", "country: ID\ntimezone: !todo Which one?\n");
    expect(openIn(file)).toEqual([
      "file:3:17  timezone: Still to be filled in: Which one? Write the answer in place of !todo.",
    ]);
  });

  test("what refers to an open value is not wrong for that", () => {
    const file = edited("residency:", 'residency:\n  breachNotice: { article: "dpa:1" }').replace(
      /laws:[\s\S]*?telemetry/,
      "laws: !todo Which laws?\ntelemetry",
    );
    expect(openIn(file)).toHaveLength(1);
  });
});

describe("values that say themselves that they are none", () => {
  test.each([
    "Kementerian (contoh)",
    "Contoh Pejabat",
    "Beispielamt (Beispiel)",
    "Ministère (exemple)",
    "Bureau à compléter",
    "Ministerio de ejemplo",
    "Órgão a definir",
    "Örnek Ofis",
    "Ofisi ya mfano",
    "وزارة (مثال)",
    "उदाहरण मंत्रालय",
    "示例机构",
    "TODO",
    "xxx",
    "Name: TBD",
    "…",
    "???",
    "Muster (Muster)",
    "Mẫu ví dụ",
    "Пример",
  ])("%s", (name) => {
    expect(refused("name: A. Person", `name: "${name}"`)).toEqual([
      `file:7:65  programme.dataProtectionOfficer.name: "${name}" is a placeholder, and this is production. Write the real one.`,
    ]);
    expect(openIn(edited("name: A. Person", `name: "${name}"`))).toHaveLength(1);
  });

  test.each([
    "Exemplary Works",
    "National Sample Survey Office",
    "Todo Industria",
    "Muster Roll Office",
    "Max Mustermann AG",
    "Primer Banco",
  ])("%s is a name", (name) => {
    expect(refused("name: A. Person", `name: "${name}"`)).toEqual([]);
  });

  test("a mark within a law's title", () => {
    expect(refused("title: Data Protection Act", "title: Act on Examples (TODO)")).toEqual([
      'file:19:14  residency.laws[0].title: "Act on Examples (TODO)" is a placeholder, and this is production. Write the real one.',
    ]);
    expect(refused("title: Data Protection Act", "title: Act on the Example Register")).toEqual([]);
  });

  test("telephones of zeros, addresses of the documentation", () => {
    expect(
      refused("email: office@industry.go.ke", 'email: office@industry.go.ke, phone: "+254 20 000 0000"'),
    ).toEqual([
      'file:6:80  programme.operator.phone: "+254 20 000 0000" is the number of no telephone, and this is production. Write the real one.',
    ]);
    expect(
      refused(
        "residency:",
        'residency:\n  endpoints: [{ host: s3.go.ke, purpose: backup, country: KE, addresses: ["192.0.2.10/32"] }]',
      ),
    ).toEqual([
      'file:17:75  residency.endpoints[0].addresses[0]: "192.0.2.10/32" is an address of the documentation, and this is production. Write the real one.',
    ]);
  });
});

test("one text for every language is no text that lacks a translation", () => {
  const names = edited("{ en: Workshops, sw: Karakana }", "Jua Kali");
  expect(problemsOf(names)).toEqual([]);
  expect(warningsOf(names).filter((line) => line.includes("programme.name"))).toEqual([]);
});
