/** What is odd and yet allowed: the file loads, and says so. */
import { describe, expect, test } from "vitest";
import { loadCountry } from "../../localisation/load.ts";
import { edited, Folder, today, validFile, warningsOf } from "./fixture.ts";

const always =
  "file:3:17  languages[1]: There is no catalogue for sw; pages show English. Translate countries/languages/en.yaml as languages/sw.yaml next to this file.";

const unchecked = "Nobody says when sizeBands, dpa, tariff, emissionFactor were checked.";

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
  expect(warningsOf(file).filter((warning) => warning !== always && !warning.includes(unchecked))).toEqual([
    line,
  ]);
});

test("a file that is named for another country", () => {
  using folder = new Folder();
  const { warnings } = loadCountry(folder.write("za.yaml", validFile), { today });
  expect(warnings[0]?.message).toBe("The file is named for South Africa, and its country is Kenya.");
  expect(loadCountry(folder.write("ke.yaml", validFile), { today }).warnings).toHaveLength(2);
});

test("warnings of an environment appear once, and at their own place", () => {
  const file = `${validFile}hosting: { environments: { pilot: { branding: { primaryColour: "#ffffff" } }, staging: {} } }\n`;
  expect(warningsOf(file).filter((warning) => !warning.includes(unchecked))).toEqual([
    always,
    "file:28:64  hosting.environments.pilot.branding.primaryColour: White text on #ffffff has a contrast of 1.0 to 1; people with low vision need 4.5. Choose a darker colour.",
  ]);
});

describe("a fact that names another country", () => {
  test.each([
    [
      "a title",
      "title: Data Protection Act",
      "title: Data Protection Act of Ghana",
      'file:19:14  residency.laws[0].title: "Data Protection Act of Ghana" names Ghana',
    ],
    [
      "an adjective",
      "role: Data Protection Officer",
      "role: Ghanaian Officer",
      'file:7:34  programme.dataProtectionOfficer.role: "Ghanaian Officer" names Ghana',
    ],
    [
      "another adjective",
      "role: Data Protection Officer",
      "role: Officer under Turkish law",
      'file:7:34  programme.dataProtectionOfficer.role: "Officer under Turkish law" names Türkiye',
    ],
    [
      "a name in the file's own language",
      "sw: Karakana",
      "sw: Karakana Afrika Kusini",
      'file:5:30  programme.name.sw: "Karakana Afrika Kusini" names South Africa',
    ],
    [
      "a summary",
      "summary: Transfers.",
      "summary: Transfers out of Nigeria.",
      'file:22:44  residency.laws[0].articles[0].summary: "Transfers out of Nigeria." names Nigeria',
    ],
    [
      "a law's short name",
      "title: Data Protection Act",
      "title: POPIA",
      'file:19:14  residency.laws[0].title: "POPIA" is a law of South Africa',
    ],
    [
      "a mailbox",
      "office@industry.go.ke",
      "office@industry.gov.gh",
      'file:6:50  programme.operator.email: "office@industry.gov.gh" is in .gh of Ghana',
    ],
    [
      "a law's address",
      "https://law.go.ke/dpa",
      "https://www.legislation.gov.uk/dpa",
      'file:21:12  residency.laws[0].url: "https://www.legislation.gov.uk/dpa" is in .uk of United Kingdom',
    ],
    [
      "a telephone",
      "email: office@industry.go.ke",
      'email: office@industry.go.ke, phone: "+233 30 266 1234"',
      'file:6:80  programme.operator.phone: "+233 30 266 1234" has the telephone code of Ghana',
    ],
  ])("%s", (_, part, by, line) => {
    const found = warningsOf(edited(part, by)).filter((warning) => warning.includes("the file is Kenya's"));
    expect(found).toEqual([
      `${line}, and the file is Kenya's. Write Kenya's own, or leave it where it is right.`,
    ]);
  });

  test.each([
    ["its own name", "title: Data Protection Act", "title: Kenyan Data Protection Act of Kenya"],
    [
      "a name that holds another's",
      "country: KE",
      "country: GQ",
      "title: Data Protection Act",
      "title: Act of Equatorial Guinea",
    ],
    ["short names that are words", "title: Data Protection Act", "title: Mali Suçlar, Oman, Chad"],
    ["an address of an organisation", "office@industry.go.ke", "office@industry.org"],
    ["a domain that everybody uses", "https://law.go.ke/dpa", "https://law.io/dpa"],
    [
      "its own telephone",
      "email: office@industry.go.ke",
      'email: office@industry.go.ke, phone: "+254 20 222 1234"',
    ],
  ])("%s is none", (_, part, by, then = "country: KE", thenBy = "country: KE") => {
    const file = edited(part, by)
      .replace(then, thenBy)
      .replaceAll(".go.ke", by.includes("GQ") ? ".gq" : ".go.ke");
    expect(warningsOf(file).filter((warning) => warning.includes("and the file is"))).toEqual([]);
  });

  test("Dominican telephones have several codes", () => {
    const file = edited("country: KE", "country: DO")
      .replaceAll(".go.ke", ".gob.do")
      .replace("email: office", 'phone: "+1 809 555 1234", email: office');
    expect(warningsOf(file).filter((warning) => warning.includes("telephone"))).toEqual([]);
  });
});

describe("the day on which facts were checked", () => {
  const checked = (day: string) =>
    edited("url: https://law.go.ke/dpa", `url: https://law.go.ke/dpa\n      checked: ${day}`)
      .replace("sizeBandsSource", `sizeBandsChecked: ${day}\n  sizeBandsSource`)
      .replaceAll(/, source: (\S+) }/g, `, source: $1, checked: ${day} }`);

  test("is asked for in one line", () => {
    expect(warningsOf(validFile).filter((warning) => warning.includes("checked"))).toEqual([
      `file:9:3  programme.sizeBands: ${unchecked} Add checked: YYYY-MM-DD to each; for sizeBands, add sizeBandsChecked beside it.`,
    ]);
    expect(warningsOf(checked("2026-11-01"))).toEqual([always]);
  });

  test("is old after two years", () => {
    expect(warningsOf(checked("2024-11-24"))).toEqual([always]);
    expect(warningsOf(checked("2024-11-23")).filter((warning) => warning !== always)).toEqual([
      "file:12:21  programme.sizeBandsChecked: sizeBands was checked on 2024-11-23, more than 2 years ago. Look at the source again.",
      "file:23:16  residency.laws[0].checked: dpa was checked on 2024-11-23, more than 2 years ago. Look at the source again.",
      "file:28:98  telemetry.energy.tariff.checked: tariff was checked on 2024-11-23, more than 2 years ago. Look at the source again.",
      "file:29:123  telemetry.energy.emissionFactor.checked: emissionFactor was checked on 2024-11-23, more than 2 years ago. Look at the source again.",
    ]);
  });

  test("is not in the future", () => {
    expect(warningsOf(checked("2026-11-25"))[1]).toBe(
      "file:12:21  programme.sizeBandsChecked: 2026-11-25 is in the future. Write the day of the last look at the source.",
    );
  });
});
