/** What is odd and yet allowed: the file loads, and says so. */
import { expect, test } from "vitest";
import { loadCountry } from "../../localisation/load.ts";
import { edited, Folder, today, validFile, warningsOf } from "./fixture.ts";

const always =
  "file:3:17  languages[1]: There is no catalogue for sw; pages show English. Translate countries/languages/en.yaml as languages/sw.yaml next to this file.";

const offer =
  "{ id: fund, name: { en: F, sw: M }, provider: Bank, summary: { en: F, sw: M }, url: https://fund.go.ke, source: https://fund.go.ke, barriers: [capital], until: 2026-11-23 }";

test.each([
  [
    "a currency of another country",
    `${validFile}currency: USD\n`,
    "file:28:11  currency: USD is not legal tender in Kenya. Its own: KES.",
  ],
  [
    "a text that lacks a language",
    edited("{ en: Micro, sw: Ndogo sana }", "{ en: Micro }"),
    "file:10:20  programme.sizeBands[0].name: The text is missing in sw; pages show it in en. Have it translated.",
  ],
  [
    "many texts that lack a language",
    edited("{ en: Micro, sw: Ndogo sana }", "{ en: Micro }")
      .replace("{ en: Small, sw: Ndogo }", "{ en: Small }")
      .replace("{ en: Workshops, sw: Karakana }", "{ en: Workshops }"),
    "file:5:3  programme.name: 3 texts are missing in sw; pages show them in en, in lines 5, 10 to 11. Have them translated; a proper name is written once for all languages, without braces.",
  ],
  [
    "a law that has ended, where another took its place",
    edited("citation: No. 24 of 2019", "citation: No. 24 of 2019\n      until: 2026-01-01"),
    'file:21:14  residency.laws[0].until: "dpa" ended on 2026-01-01. Remove it, with the references to it, where another has taken its place.',
  ],
  [
    "a law that binds only later, without the one before it",
    edited("citation: No. 24 of 2019", "citation: No. 24 of 2019\n      from: 2027-01-01"),
    "file:17:3  residency.laws: None of the laws binds yet. Add the law that binds until then, with until.",
  ],
  [
    "a programme that shrinks",
    edited("companies: 500", "companies: 20"),
    "file:15:32  programme.scale.inThreeYears.companies: In three years there are fewer companies (20) than now (30). Check both.",
  ],
  [
    "fewer machines than companies",
    edited("companies: 30, machines: 90", "companies: 30, machines: 9"),
    "file:14:37  programme.scale.now.machines: There are fewer machines (9) than companies (30). Count machines over all companies.",
  ],
  [
    "a band with less turnover than the smaller one",
    edited(
      "employees: { from: 0, to: 9 }",
      "employees: { from: 0, to: 9 }, annualTurnover: { to: 5 }",
    ).replace(
      "employees: { from: 10, to: 50 }",
      "employees: { from: 10, to: 50 }, annualTurnover: { to: 4 }",
    ),
    'file:11:107  programme.sizeBands[1].annualTurnover.to: The largest turnover is less than that of "micro". Check both.',
  ],
  [
    "a holiday twice",
    edited(
      "holidays: []",
      "holidays: [{ date: 2026-12-12, name: { en: A, sw: A } }, { date: 2026-12-12, name: { en: B, sw: B } }]",
    ),
    "file:24:68  telemetry.holidays[1].date: 2026-12-12 is a duplicate. Put both names into one entry.",
  ],
  [
    "a financing programme that takes no more applications",
    `${validFile}diagnostic:\n  financing:\n    - ${offer}\n`,
    'file:30:167  diagnostic.financing[0].until: "fund" accepted applications until 2026-11-23; companies no longer see it. Remove it, or enter the new day.',
  ],
  [
    "a waiver that ended yesterday",
    edited(
      "residency:",
      "residency:\n  waivers: [{ id: gateway, policy: endpoint-abroad, resource: mail, why: It is being replaced., who: A. Person, until: 2026-11-23 }]",
    ),
    'file:17:120  residency.waivers[0].until: The waiver "gateway" ended on 2026-11-23. Ask A. Person to renew it, or remove it and fix mail.',
  ],
  [
    "access that has ended",
    edited(
      "residency:",
      "residency:\n  remoteAccess: [{ who: Desk, from: IN, why: Support, until: 2026-01-01 }]",
    ),
    'file:17:62  residency.remoteAccess[0].until: The access of "Desk" ended on 2026-01-01. Revoke the access and remove the entry, or renew it.',
  ],
  [
    "a transfer past its day",
    edited(
      "residency:",
      'residency:\n  dataClasses: { aggregates: { crossBorder: { transfer: free } } }\n  transfers: [{ id: forum, dataClasses: [aggregates], recipient: Forum, to: CH, mechanism: consent, article: "dpa:48", evidence: Contract, until: 2026-01-01 }]',
    ),
    'file:18:147  residency.transfers[0].until: The transfer "forum" ended on 2026-01-01. Stop the transfer and remove it, or renew it.',
  ],
  [
    "a colour that white text can't be read on",
    `${validFile}branding: { primaryColour: "#ffff00" }\n`,
    "file:28:28  branding.primaryColour: White text on #ffff00 has a contrast of 1.1 to 1; people with low vision need 4.5. Choose a darker colour.",
  ],
  [
    "an authority that isn't asked",
    `${edited("residency:\n", "residency:\n  endpoints: [{ host: acme.go.ke, purpose: certificates, country: KE }]\n")}hosting: { kubernetes: { domain: sme.go.ke, tls: { issuer: own-ca, acmeServer: https://acme.go.ke } } }\n`,
    "file:29:68  hosting.kubernetes.tls.acmeServer: It has no effect with issuer own-ca. Remove it.",
  ],
  [
    "data that may be stored anywhere but at home",
    edited(
      "residency:\n",
      "residency:\n  dataClasses: { aggregates: { restsIn: [ZA], crossBorder: { transfer: free } } }\n",
    ),
    "file:17:41  residency.dataClasses.aggregates.restsIn: The data may not be stored in Kenya itself. Add KE.",
  ],
])("%s", (_, file, line) => {
  expect(warningsOf(file).filter((warning) => warning !== always)).toEqual([line]);
});

test("a file that is named for another country", () => {
  using folder = new Folder();
  const { warnings } = loadCountry(folder.write("za.yaml", validFile), { today });
  expect(warnings[0]?.message).toBe("The file is named for South Africa, and its country is Kenya.");
  expect(loadCountry(folder.write("ke.yaml", validFile), { today }).warnings).toHaveLength(1);
});

test("warnings of an environment appear once, and at their own place", () => {
  const file = `${validFile}hosting: { environments: { pilot: { branding: { primaryColour: "#ffffff" } }, staging: {} } }\n`;
  expect(warningsOf(file)).toEqual([
    always,
    "file:28:64  hosting.environments.pilot.branding.primaryColour: White text on #ffffff has a contrast of 1.0 to 1; people with low vision need 4.5. Choose a darker colour.",
  ]);
});
