/**
 * The compliance report as data: `report.json`. This definition gives its types and its published JSON Schema
 * (docs/compliance-report.schema.json); every other format of the report is made from it.
 */
import { mapOf, strictObject } from "../localisation/schema/builders.ts";
import { dataClassNames } from "../localisation/schema/data-classes.ts";
import { targets } from "../localisation/schema/hosting.ts";
import Type, { type DeepReadonly, type Static, type TSchema } from "../localisation/schema/type.ts";
import { verdicts } from "../policies/engine/findings.ts";
import { areas, severities } from "../policies/engine/policy.ts";
import { diffSections } from "./diff-sections.ts";

export const reportFormat = "rollout-report/2";
/** Formats that are read, the oldest first: what a later one adds is optional, so that the schema takes them all. */
export const readFormats = ["rollout-report/1", reportFormat] as const;

const text = (description: string) => Type.String({ description });
const texts = (description: string) => Type.Array(Type.String(), { description });
const count = (description: string) => Type.Integer({ description, minimum: 0 });
const sha256 = (description: string) => Type.String({ description, pattern: "^[0-9a-f]{64}$" });
const country = (description: string) => Type.String({ description, pattern: "^[A-Z]{2}$" });
const day = (description: string) => Type.String({ description, pattern: "^[0-9]{4}-[0-9]{2}-[0-9]{2}$" });
const byLanguage = (description: string) =>
  mapOf({ pattern: "^[a-z]{2,3}(-[A-Za-z0-9]+)*$" }, Type.String(), { description });
const list = <T extends TSchema>(description: string, items: T) => Type.Array(items, { description });
const group = <P extends Record<string, TSchema>>(description: string, properties: P) =>
  strictObject(properties, { description });
const rows = <P extends Record<string, TSchema>>(description: string, properties: P) =>
  list(description, strictObject(properties));
const choice = <const V extends string>(description: string, values: readonly V[]) =>
  Type.Enum([...values], { description });
const dataClass = Type.Enum([...dataClassNames]);
const classes = (description: string) => Type.Array(dataClass, { description });
const articles = texts("Articles, as `law:article` of `laws`.");

/** How certain it is where data is stored. */
const certainties = ["known", "declared", "unknown"] as const;

const encryptions = ["key", "storage-class", "store", "passphrase", "none", "unknown"] as const;

const RestingPlace = group("One place where data is stored.", {
  name: text("As the plan shows it."),
  kind: text("Kind of the resource, such as `StatefulSet`."),
  part: Type.Optional(text("The part of the stack that it belongs to.")),
  dataClasses: classes("What is stored there."),
  region: Type.Optional(text("The cloud provider's region.")),
  zones: texts("Zones that it may be in; any zone of the cluster where empty."),
  countries: list("Where that is; empty where it is not known.", country("ISO 3166-1 alpha-2.")),
  certainty: choice(
    "`known`: the provider publishes where its region is. `declared`: the localisation file says so. `unknown`: people must find out.",
    certainties,
  ),
  address: Type.Optional(text("Its address, for a store outside the cluster.")),
  copies: Type.Optional(count("How many copies or instances there are.")),
  gibibytes: Type.Optional(Type.Number({ description: "Size of all copies together, in GiB.", minimum: 0 })),
  storageClass: Type.Optional(text("Storage class of its volumes.")),
  encryption: group("Encryption at rest, as far as the plan says.", {
    by: choice("What encrypts it at rest.", encryptions),
    detail: Type.Optional(text("Name of the key, the storage class or the algorithm.")),
  }),
  retention: Type.Optional(text("How long it is kept: an ISO 8601 duration.")),
});

const Check = group("One check with its evidence.", {
  policy: text("Id of the policy; `rollout policies show` explains it."),
  area: Type.Enum([...areas]),
  title: text("The rule."),
  risk: text("What can go wrong without it."),
  severity: Type.Enum([...severities]),
  level: Type.Enum(["mandatory", "advisory"]),
  verdict: Type.Enum([...verdicts]),
  dataClasses: classes("Data that it protects."),
  articles,
  controls: group("The controls that it implements.", {
    iso27001: texts("ISO/IEC 27001:2022, Annex A."),
    nist80053: texts("NIST SP 800-53 Revision 5."),
  }),
  passed: texts("What it checked without a finding."),
  failed: count("Findings of the verdict `fail`."),
  undetermined: count("Findings of the verdict `undetermined`."),
  waived: count("Findings that a waiver covers."),
  unlisted: count("Findings that are not listed."),
});

const Finding = group("What a check found.", {
  policy: text("Id of the policy."),
  verdict: Type.Enum(["fail", "undetermined", "waived"]),
  severity: Type.Enum([...severities]),
  level: Type.Enum(["mandatory", "advisory"]),
  subject: text("Name of the resource, or of the localisation file."),
  type: Type.Optional(text("Type of the resource.")),
  path: text("Path in it."),
  value: Type.Optional(text("The value there.")),
  message: text("What is wrong."),
  remediation: text("How to fix it."),
  dataClasses: classes("Data that it concerns."),
  articles,
  waiver: Type.Optional(text("Id of the waiver that covers it.")),
  line: Type.Optional(count("Line of the localisation file.")),
});

export const ReportSchema = group(
  "What a country's stack stores where, who can reach it, what leaves it, by which law, and every check with its evidence.",
  {
    format: choice("Version of this format.", readFormats),
    kit: text("Version of the kit that made the report."),
    made: group("When and by whom it was made.", {
      at: Type.String({
        description: "RFC 3339, in UTC.",
        pattern: "^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z$",
      }),
      day: day("The day in the country, against which waivers end."),
      by: text("Name of the person or machine that made it."),
    }),
    country: country("ISO 3166-1 alpha-2."),
    environment: Type.Optional(text("Environment of the localisation file.")),
    target: choice("What the stack runs on.", targets),
    languages: texts("Languages of the HTML page, in its order."),
    nationalLanguage: text("The country's first language: names of laws are in it. BCP 47."),
    inputs: group("What the report was made from.", {
      localisation: group("The localisation file.", {
        file: text("Its name."),
        sha256: sha256("Of its bytes."),
      }),
      catalogues: mapOf({ pattern: "^[a-z]{2,3}(-[A-Za-z0-9]+)*$" }, sha256("Of its canonical JSON."), {
        description: "Language catalogues, as read.",
      }),
      plan: Type.Optional(
        group("The plan that was checked; none for the target `local`.", {
          sha256: sha256("Of its canonical JSON (RFC 8785)."),
          resources: count("Resources that were checked."),
        }),
      ),
      policies: group("The policies.", {
        count: count("How many."),
        sha256: sha256("Of the canonical JSON of their texts and metadata."),
      }),
      dataFolder: Type.Optional(text("Where the stack of the target `local` stores its data.")),
    }),
    verdict: group("The result in numbers.", {
      ok: Type.Boolean({ description: "Whether no mandatory check failed or stayed undetermined." }),
      passed: count("Checks that passed."),
      failed: count("Checks that failed."),
      undetermined: count("Checks that could not be decided; they count as failed."),
      waived: count("Checks whose findings are all waived."),
      notApplicable: count("Checks that had nothing to check."),
    }),
    names: byLanguage("The country's name."),
    programme: group("Who runs the stack and is responsible for the data.", {
      name: byLanguage("The programme's name."),
      operator: strictObject({ name: text("Name."), email: text("E-mail address.") }),
      officer: strictObject({
        role: text("The position, as the law calls it."),
        name: text("The person in it."),
        email: text("E-mail address."),
        registration: Type.Optional(text("Number of the registration.")),
      }),
    }),
    law: group("The legal basis, as the localisation file states it.", {
      profile: Type.Enum(["standard", "strict"]),
      authority: Type.Optional(strictObject({ name: text("Name."), url: text("Web address.") })),
      breachNotice: Type.Optional(
        strictObject({
          hours: Type.Optional(count("Hours from knowing of it.")),
          workingDays: Type.Optional(count("Working days from knowing of it.")),
          article: text("As `law:article`."),
        }),
      ),
      registrations: Type.Array(
        strictObject({
          register: text("Name of the register."),
          number: Type.Optional(text("Number of the entry.")),
          article: text("As `law:article`."),
        }),
      ),
      laws: Type.Array(
        strictObject({
          id: text("`articles` name the law by it."),
          title: text("Title."),
          citation: text("As lawyers cite it."),
          citedAs: Type.Optional(text("The word before an article's number.")),
          url: text("Where it can be read."),
          articles: Type.Array(
            strictObject({ article: text("Number."), summary: text("What it asks for.") }),
          ),
        }),
      ),
    }),
    data: rows("Each class of data with its rule.", {
      class: dataClass,
      restsIn: list("Countries in which it may be stored.", country("ISO 3166-1 alpha-2.")),
      transfer: Type.Enum(["forbidden", "with-mechanism", "free"]),
      mechanism: Type.Optional(text("The legal mechanism that allows a transfer.")),
      to: Type.Optional(Type.Array(country("ISO 3166-1 alpha-2."))),
      articles,
      retention: Type.Optional(text("How long after its last use: an ISO 8601 duration.")),
    }),
    retention: mapOf({ pattern: "^[a-zA-Z]+$" }, text("An ISO 8601 duration."), {
      description: "How long readings, logs and backups are kept.",
    }),
    aggregates: group("When a national figure may be shown.", {
      minimumCount: count("Least number of companies in a national figure."),
      largest: count("Number of largest companies whose share is limited."),
      percent: Type.Number({ description: "The largest share that these may have, in percent." }),
      publication: text("Length of a publication period."),
    }),
    places: list("Where data is stored.", RestingPlace),
    access: group("Who can reach the data.", {
      entrances: rows("What is reachable from outside.", {
        name: text("As the plan shows it."),
        address: text("Address or port."),
        protocol: Type.Enum(["https", "http", "mqtts", "mqtt", "kubernetes-api"]),
        from: texts("Address ranges that may reach it; any where empty."),
      }),
      administrators: texts("Who is named as an administrator of the cluster."),
      rights: texts("Rights on the cluster or the cloud account that the stack gives to its own parts."),
      remote: rows("People abroad who may reach the stack.", {
        who: text("The person or firm."),
        from: country("Country that they work from."),
        why: text("What they do."),
        until: day("Last day."),
      }),
    }),
    flows: group("What leaves the stack.", {
      outside: rows("Addresses outside that the stack may reach.", {
        host: text("DNS name."),
        country: country("Where it is."),
        purpose: text("What for."),
        dataClasses: classes("What is sent to it; nothing of the country's where empty."),
        addresses: texts("Address ranges that network policies allow; none where empty."),
        by: text("Field of the localisation file that names it."),
      }),
      openings: rows("Outgoing traffic that network policies allow by address.", {
        policy: text("Network policy."),
        to: texts("Address ranges."),
      }),
      imageRegistries: texts("Hosts that images and charts come from."),
      certificates: strictObject({
        issuer: Type.Enum(["acme", "own-ca", "secret", "local-ca"]),
        server: Type.Optional(text("Directory of the authority.")),
      }),
      transfers: rows("Regular flows abroad.", {
        id: text("Identifier."),
        dataClasses: classes("What is transferred."),
        recipient: text("Who receives it."),
        to: country("Country of the recipient."),
        mechanism: text("The legal mechanism."),
        article: text("As `law:article`."),
        evidence: text("Contract, decision or permission."),
        until: Type.Optional(day("Last day.")),
      }),
    }),
    checks: list("Every check.", Check),
    findings: list("Most severe first.", Finding),
    observed: Type.Optional(
      group("What a look at the running stack found, beside the plan.", {
        at: text("When."),
        source: text("What was read, and by which way."),
        ok: Type.Boolean({ description: "Whether no mandatory check failed or stayed undetermined there." }),
        resources: count("Resources that were read."),
        unreadable: texts("Kinds that the login may not read."),
        checks: rows("Checks that had something to judge there.", {
          policy: text("Id of the policy."),
          verdict: Type.Enum([...verdicts]),
          passed: count("Resources without a finding."),
          failed: count("Findings of the verdict `fail`."),
          undetermined: count("Findings of the verdict `undetermined`."),
          waived: count("Findings that a waiver covers."),
        }),
        findings: list("Most severe first.", Finding),
      }),
    ),
    waivers: rows("Exceptions of the localisation file.", {
      id: text("Identifier."),
      resource: text("What it covers."),
      policy: Type.Optional(text("Id of the policy.")),
      why: text("The reason."),
      who: text("The responsible person."),
      until: day("Last day."),
      status: Type.Enum(["used", "unused", "expired"]),
      uses: count("Findings that it covers."),
    }),
    changes: Type.Optional(
      group("What changed since the last report of the same country, target and environment.", {
        since: group("That report.", {
          at: text("When it was made."),
          by: text("Who made it."),
          kit: text("Version of the kit that made it."),
          sha256: sha256("Of its report.json."),
        }),
        differences: rows("In the order of the parts of a report.", {
          section: choice("The part of the report; `file` is the localisation file.", diffSections),
          kind: Type.Enum(["added", "removed", "changed"]),
          path: text("Field, with the name of an item of a list."),
          before: Type.Optional(text("Its value in that report.")),
          after: Type.Optional(text("Its value in this one.")),
        }),
        unlisted: count("Differences that are not listed."),
      }),
    ),
    notes: texts("Notes of the plan for its reader. English."),
    toConfirm: rows("Facts that the localisation file itself marks as to be confirmed.", {
      line: count("Line of the localisation file."),
      text: text("The remark."),
    }),
    placeholders: rows("Fields that hold an example instead of the real value.", {
      path: text("Field."),
      value: text("The value there."),
    }),
    resources: rows("Every resource that was checked.", {
      name: text("As findings name it."),
      type: text("Its type."),
    }),
  },
);

export type Report = DeepReadonly<Static<typeof ReportSchema>>;
export type RestingPlace = Report["places"][number];
export type ReportCheck = Report["checks"][number];
export type ReportFinding = Report["findings"][number];
