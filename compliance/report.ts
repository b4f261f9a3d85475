/** Makes a country's compliance report from its file, its plan and the policies' verdicts: plain data, the same for the same inputs. */

import { basename } from "node:path";
import type { LoadedCountry } from "../localisation/load.ts";
import { dataClassNames } from "../localisation/schema/residency.ts";
import { textIn } from "../localisation/text.ts";
import type { Plan } from "../plan/plan.ts";
import { at } from "../plan/plan.ts";
import { checkCountry } from "../policies/check-country.ts";
import { type CheckResult, type Finding, isFailed } from "../policies/engine/findings.ts";
import type { Policy } from "../policies/engine/policy.ts";
import { plannedResources } from "../policies/inputs/planned.ts";
import { policies } from "../policies/rules/catalogue.ts";
import { accessOf } from "./access.ts";
import { canonicalJson, sha256 } from "./canonical.ts";
import { flowsOf } from "./flows.ts";
import { policiesHash } from "./policies-text.ts";
import { changesSince, type Previous } from "./previous.ts";
import { type Report, type ReportCheck, type ReportFinding, reportFormat } from "./report-schema.ts";
import { filePlaces } from "./resting-places/file-places.ts";
import { localPlaces } from "./resting-places/local-places.ts";
import { planPlaces } from "./resting-places/plan-places.ts";
import { placeholdersOf, remarksToConfirm } from "./to-confirm.ts";

export interface ReportInput {
  readonly loaded: LoadedCountry;
  /** Text of the localisation file. */
  readonly text: string;
  /** Absent for the target `local`, which has no plan. */
  readonly plan?: Plan;
  /** Where the stack of the target `local` stores its data. */
  readonly dataFolder?: string;
  readonly kit: string;
  /** RFC 3339, in UTC, to the second. */
  readonly at: string;
  /** The day in the country at that time. */
  readonly day: string;
  readonly by: string;
  /** Languages of the HTML page. */
  readonly languages: readonly string[];
  /** The report before this one, to compare with. */
  readonly previous?: Previous;
  /** What was found on the running stack, where somebody looked at it. */
  readonly observed?: Report["observed"];
}

export function makeReport(input: ReportInput): Report {
  const report = presentReport(input);
  if (input.previous === undefined) return report;
  return { ...report, changes: changesSince(input.previous, report, input.text) };
}

function presentReport(input: ReportInput): Report {
  const { loaded, plan } = input;
  const { country } = loaded;
  const name = basename(loaded.file);
  const result = withFileName(
    checkCountry(loaded, {
      subject: plan === undefined ? { kind: "file" } : { kind: "plan", plan, description: name },
      today: input.day,
    }),
    loaded.file,
  );
  return {
    format: reportFormat,
    kit: input.kit,
    made: { at: input.at, day: input.day, by: input.by },
    country: country.country,
    ...(loaded.environment !== undefined && { environment: loaded.environment }),
    target: plan === undefined ? "local" : (plan.target as Report["target"]),
    nationalLanguage: country.languages[0] ?? "en",
    languages: [...new Set(input.languages)],
    inputs: {
      localisation: { file: name, sha256: loaded.sha256 },
      catalogues: Object.fromEntries(
        Object.entries(loaded.catalogues)
          .sort(([a], [b]) => (a < b ? -1 : 1))
          .map(([language, catalogue]) => [language, sha256(canonicalJson(catalogue))]),
      ),
      ...(plan !== undefined && {
        plan: { sha256: sha256(canonicalJson(plan)), resources: result.resources },
      }),
      policies: { count: policies.length, sha256: policiesHash() },
      ...(plan === undefined && input.dataFolder !== undefined && { dataFolder: input.dataFolder }),
    },
    verdict: verdictOf(result),
    ...statements(loaded),
    places: [
      ...(plan === undefined
        ? localPlaces(country, input.dataFolder ?? ".rollout")
        : [...planPlaces(plan, country), ...filePlaces(country)]),
    ].map((place) => ({ ...place })),
    access: accessOf(loaded, plan),
    flows: flowsOf(loaded, plan, input.day),
    checks: policies.flatMap((policy) => checkOf(policy, result)),
    findings: result.findings.map(findingOf),
    ...(input.observed !== undefined && { observed: input.observed }),
    waivers: result.waivers.map(({ id, resource, policy, why, who, until, status, uses }) => ({
      id,
      resource,
      ...(policy !== undefined && { policy }),
      why,
      who,
      until,
      status,
      uses,
    })),
    notes: notesOf(plan),
    toConfirm: remarksToConfirm(input.text),
    placeholders: placeholdersOf(country, plan === undefined ? "local" : (plan.target as Report["target"])),
    resources:
      plan === undefined
        ? []
        : plannedResources(plan.resources)
            .filter(({ component }) => component !== true)
            .map(({ name: resource, type }) => ({ name: resource, type })),
  };
}

/** A report has only the name of the file, not its path: it must not depend on the machine that made it. */
export function withFileName(result: CheckResult, file: string): CheckResult {
  const name = basename(file);
  const renamed = (subject: string) => (subject === file ? name : subject);
  return {
    ...result,
    findings: result.findings.map((finding) => ({ ...finding, subject: renamed(finding.subject) })),
    policies: result.policies.map((policy) => ({ ...policy, passed: policy.passed.map(renamed) })),
  };
}

/** What the localisation file states, unchanged. */
function statements({
  country,
}: LoadedCountry): Pick<Report, "names" | "programme" | "law" | "data" | "retention" | "aggregates"> {
  const { programme, residency, telemetry, hosting, aggregates } = country;
  const officer = programme.dataProtectionOfficer;
  const national = (text: Readonly<Record<string, string>>) => textIn(text, country.languages);
  return {
    names: { ...country.names },
    programme: {
      name: { ...programme.name },
      operator: { name: national(programme.operator.name), email: programme.operator.email },
      officer: {
        role: national(officer.role),
        name: officer.name,
        email: officer.email,
        ...(officer.registration !== undefined && { registration: officer.registration }),
      },
    },
    law: {
      profile: residency.profile,
      ...(residency.authority !== undefined && {
        authority: { ...residency.authority, name: national(residency.authority.name) },
      }),
      ...(residency.breachNotice !== undefined && { breachNotice: { ...residency.breachNotice } }),
      registrations: residency.registrations.map((registration) => ({
        ...registration,
        register: national(registration.register),
      })),
      laws: residency.laws.map((law) => ({
        id: law.id,
        title: national(law.title),
        citation: law.citation,
        ...(law.citedAs !== undefined && { citedAs: law.citedAs }),
        url: law.url,
        articles: law.articles.map(({ article, summary }) => ({ article, summary: national(summary) })),
      })),
    },
    data: dataClassNames.map((name) => {
      const { restsIn, crossBorder, articles, retention } = residency.dataClasses[name];
      return {
        class: name,
        restsIn: [...restsIn],
        ...crossBorder,
        ...(crossBorder.to !== undefined && { to: [...crossBorder.to] }),
        articles: [...articles],
        ...(retention !== undefined && { retention }),
      };
    }),
    retention: {
      ...telemetry.retention,
      backups: hosting.backup.retention,
      logs: hosting.logs.retention,
      audit: hosting.logs.auditRetention,
    },
    aggregates: {
      minimumCount: aggregates.minimumCount,
      largest: aggregates.dominance.largest,
      percent: aggregates.dominance.percent,
      publication: aggregates.publication,
    },
  };
}

function verdictOf(result: CheckResult): Report["verdict"] {
  const tally = (verdict: string) => result.policies.filter((policy) => policy.verdict === verdict).length;
  return {
    ok: !isFailed(result, "low"),
    passed: tally("pass"),
    failed: tally("fail"),
    undetermined: tally("undetermined"),
    waived: tally("waived"),
    notApplicable: tally("not-applicable"),
  };
}

function checkOf(policy: Policy, { policies: results }: CheckResult): ReportCheck[] {
  const result = results.find((candidate) => candidate.policy === policy.id);
  if (result === undefined) return [];
  return [
    {
      policy: policy.id,
      area: policy.area,
      title: policy.title,
      risk: policy.risk,
      severity: policy.severity,
      level: policy.level,
      verdict: result.verdict,
      dataClasses: [...policy.dataClasses],
      articles: [...result.articles],
      controls: {
        iso27001: [...policy.controls.iso27001],
        nist80053: [...policy.controls.nist80053],
      },
      passed: [...result.passed],
      failed: result.failed,
      undetermined: result.undetermined,
      waived: result.waived,
      unlisted: result.unlisted,
    },
  ];
}

export function findingOf(finding: Finding): ReportFinding {
  const { type, value, waiver, source } = finding;
  return {
    policy: finding.policy,
    verdict: finding.verdict,
    severity: finding.severity,
    level: finding.level,
    subject: finding.subject,
    ...(type !== undefined && { type }),
    path: finding.path,
    ...(value !== undefined && { value }),
    message: finding.message,
    remediation: finding.remediation,
    dataClasses: [...finding.dataClasses],
    articles: [...finding.articles],
    ...(waiver !== undefined && { waiver }),
    ...(source !== undefined && { line: source.line }),
  };
}

function notesOf(plan: Plan | undefined): string[] {
  const notes = at(plan?.outputs, "notes");
  return Array.isArray(notes) ? notes.map(String) : [];
}
