/** The report as OSCAL assessment results: an observation for each check, by its evidence, a risk for each finding, a finding for each control. */
import type { Report, ReportCheck, ReportFinding } from "../report-schema.ts";
import {
  controlsOf,
  type Framework,
  frameworks,
  identifierMaker,
  line,
  metadata,
  property,
} from "./identifiers.ts";
import {
  fileItem,
  isJudged,
  observation,
  planItem,
  planResource,
  runningItem,
  runningObservations,
} from "./observations.ts";

export function assessmentResults(report: Report): object {
  const identifier = identifierMaker(report);
  const { made, country, target, environment } = report;
  const title = `Compliance of the stack of ${country}${environment === undefined ? "" : ` (${environment})`} on ${target}`;
  const plan = identifier("resource policies");
  return {
    "assessment-results": {
      uuid: identifier("assessment-results"),
      metadata: metadata(report, title, identifier),
      "import-ap": { href: `#${plan}`, remarks: "The policies of the kit are the plan of the assessment." },
      results: [
        {
          uuid: identifier("result"),
          title: line(title),
          description:
            target === "local"
              ? "Policies applied to the localisation file of a stack in one process."
              : "Policies applied to the localisation file and to every resource of the planned stack.",
          start: made.at,
          end: made.at,
          props: [
            property("kit-version", report.kit),
            property("verdict", report.verdict.ok ? "pass" : "fail"),
            property("localisation-sha256", report.inputs.localisation.sha256),
            ...(report.inputs.plan === undefined ? [] : [property("plan-sha256", report.inputs.plan.sha256)]),
          ],
          "local-definitions": localDefinitions(report, identifier),
          "reviewed-controls": {
            "control-selections": frameworks.map((framework) => ({
              description: line(framework.title),
              "include-controls": controlsOf(report, framework).map((control) => ({
                "control-id": framework.idOf(control),
              })),
            })),
          },
          observations: [
            ...report.checks.map((check) => observation(check, report, identifier)),
            ...runningObservations(report, identifier),
          ],
          ...(report.findings.length > 0 && {
            risks: report.findings.map((finding, index) => risk(finding, index, report, identifier)),
          }),
          findings: frameworks.flatMap((framework) =>
            controlsOf(report, framework).map((control) => finding(control, framework, report, identifier)),
          ),
        },
      ],
      "back-matter": {
        resources: [
          {
            uuid: plan,
            title: "Policies",
            description: "`rollout policies list` and `rollout policies show` explain each.",
            props: [property("sha256", report.inputs.policies.sha256)],
          },
          ...planResource(report, identifier),
        ],
      },
    },
  };
}

function localDefinitions(report: Report, identifier: (name: string) => string): object {
  const names = [...new Set(report.resources.map(({ name }) => name))];
  return {
    components: [
      {
        uuid: identifier("component kit"),
        type: "software",
        title: "Country rollout kit",
        description: `Version ${line(report.kit)}.`,
        status: { state: "operational" },
      },
    ],
    "inventory-items": [
      {
        uuid: identifier(fileItem),
        description: line(`Localisation file ${report.inputs.localisation.file}`),
      },
      { uuid: identifier(planItem), description: "The whole plan" },
      ...(report.observed === undefined
        ? []
        : [{ uuid: identifier(runningItem), description: line(report.observed.source) }]),
      ...names.map((name) => ({
        uuid: identifier(`item ${name}`),
        description: line(name),
        props: [property("type", report.resources.find((resource) => resource.name === name)?.type ?? "")],
      })),
    ],
  };
}

function risk(
  found: ReportFinding,
  index: number,
  report: Report,
  identifier: (name: string) => string,
): object {
  const check = report.checks.find(({ policy }) => policy === found.policy);
  const waiver = report.waivers.find(({ id }) => id === found.waiver);
  return {
    uuid: identifier(`risk ${index}`),
    title: line(check?.title ?? found.policy),
    description: line(`${found.subject} ${found.path}: ${found.message}`),
    statement: line(check?.risk ?? found.message),
    props: [property("severity", found.severity), property("verdict", found.verdict)],
    status: waiver === undefined ? "open" : "deviation-approved",
    ...(waiver !== undefined && {
      deadline: `${waiver.until}T23:59:59Z`,
      "mitigating-factors": [
        {
          uuid: identifier(`factor ${index}`),
          description: line(`Waived by ${waiver.who} until ${waiver.until}: ${waiver.why}`),
        },
      ],
    }),
    remediations: [
      {
        uuid: identifier(`response ${index}`),
        lifecycle: "recommendation",
        title: "How to fix",
        description: line(found.remediation),
      },
    ],
    "related-observations": [{ "observation-uuid": identifier(`observation ${found.policy}`) }],
  };
}

/**
 * A control is satisfied if a check for it passed and no other one found anything; they don't cover everything that it asks for.
 * Where none of them had anything to check, nothing is known of the control, and OSCAL's other state says so by its reason.
 */
function finding(
  control: string,
  framework: Framework,
  report: Report,
  identifier: (name: string) => string,
): object {
  const serving = report.checks.filter(({ controls }) => controls[framework.key].includes(control));
  const count = (...wanted: ReportCheck["verdict"][]) =>
    serving.filter(({ verdict }) => wanted.includes(verdict)).length;
  const judged = serving.filter(isJudged);
  const running = (report.observed?.checks ?? []).filter(({ policy }) =>
    serving.some((check) => check.policy === policy),
  );
  const open =
    count("fail", "undetermined") +
    running.filter(({ verdict }) => verdict === "fail" || verdict === "undetermined").length;
  const [passed, waived] = [count("pass"), count("waived")];
  const risks = report.findings.flatMap(({ policy }, index) =>
    serving.some((check) => check.policy === policy) ? [{ "risk-uuid": identifier(`risk ${index}`) }] : [],
  );
  return {
    uuid: identifier(`finding ${framework.key} ${control}`),
    title: line(`${control} ${framework.titleOf(control)}`),
    description: line(
      `Checks that implement ${control} of ${framework.title}: ${serving.length}. Passed: ${passed}. Failed or not decided: ${open}. Waived: ${waived}. With nothing to check in this stack: ${count("not-applicable")}.`,
    ),
    target: {
      type: "statement-id",
      "target-id": `${framework.idOf(control)}_smt`,
      status: statusOf(open, waived, passed),
    },
    // A check that had nothing to judge is no evidence, for or against.
    ...(judged.length + running.length > 0 && {
      "related-observations": [
        ...judged.map(({ policy }) => `observation ${policy}`),
        ...running.map(({ policy }) => `observation ${policy} running`),
      ].map((name) => ({ "observation-uuid": identifier(name) })),
    }),
    ...(risks.length > 0 && { "related-risks": risks }),
  };
}

function statusOf(open: number, waived: number, passed: number): object {
  const notSatisfied = (reason: "fail" | "other", remarks: string) => ({
    state: "not-satisfied",
    reason,
    remarks,
  });
  if (open > 0) return notSatisfied("fail", "A check for it failed or could not be decided.");
  if (waived > 0)
    return notSatisfied("other", "What a check for it found is waived: the risks name who allowed it.");
  if (passed === 0)
    return notSatisfied(
      "other",
      "Not assessed: none of the checks for it has anything to check in this stack.",
    );
  return {
    state: "satisfied",
    reason: "pass",
    remarks: "Only what these checks cover; the report says what they do not cover.",
  };
}
