/**
 * What each check looked at, how, and where that is: `EXAMINE`, of the localisation file or of the plan; `TEST`, of the running stack, where
 * somebody looked at it.
 */
import type { Report, ReportCheck } from "../report-schema.ts";
import { line, property } from "./identifiers.ts";

type Identifier = (name: string) => string;

export const fileItem = "item file";
export const planItem = "item plan";
export const runningItem = "item running";
const planReference = "resource plan";

/** Whether it found anything to judge: only then it is evidence of a control. */
export const isJudged = ({ verdict }: ReportCheck): boolean => verdict !== "not-applicable";

export function observation(check: ReportCheck, report: Report, identifier: Identifier): object {
  const found = report.findings.filter(({ policy }) => policy === check.policy);
  const subjects = [
    ...new Set([...check.passed, ...found.map(({ subject }) => subject)].map((name) => itemOf(report, name))),
  ];
  const sources = sourcesOf(subjects);
  return {
    uuid: identifier(`observation ${check.policy}`),
    title: line(check.title),
    description: line(check.risk),
    props: [
      property("policy", check.policy),
      property("verdict", check.verdict),
      property("severity", check.severity),
      property("level", check.level),
      ...sources.map((source) => property("source", source)),
      ...check.articles.map((article) => property("article", article)),
    ],
    methods: ["EXAMINE"],
    types: [found.length > 0 ? "finding" : "control-objective"],
    origins: [{ actors: [{ type: "tool", "actor-uuid": identifier("component kit") }] }],
    ...(subjects.length > 0 && {
      subjects: subjects.map((subject) => ({
        "subject-uuid": identifier(subject),
        type: "inventory-item",
        title:
          subject === fileItem ? "Localisation file" : subject === planItem ? "Plan" : line(subject.slice(5)),
      })),
    }),
    "relevant-evidence": [
      {
        href: "report.json",
        description: line(
          `The check ${check.policy} under \`checks\`, with what it found under \`findings\`.`,
        ),
      },
      ...sources.map((source) => evidence(source, report, identifier)),
    ],
    ...(!isJudged(check) && { remarks: "It found nothing of its kind to judge, and is no evidence." }),
    collected: report.made.at,
  };
}

/** An observation of the running stack for each check that had something to judge there. */
export function runningObservations(report: Report, identifier: Identifier): object[] {
  const { observed } = report;
  if (observed === undefined) return [];
  return observed.checks.map(({ policy, verdict }) => {
    const check = report.checks.find((one) => one.policy === policy);
    return {
      uuid: identifier(`observation ${policy} running`),
      title: line(check?.title ?? policy),
      description: line(check?.risk ?? policy),
      props: [property("policy", policy), property("verdict", verdict), property("source", "running-stack")],
      methods: ["TEST"],
      types: [verdict === "pass" ? "control-objective" : "finding"],
      origins: [{ actors: [{ type: "tool", "actor-uuid": identifier("component kit") }] }],
      subjects: [
        { "subject-uuid": identifier(runningItem), type: "inventory-item", title: "The running stack" },
      ],
      "relevant-evidence": [
        {
          href: "report.json",
          description: line(`Under \`observed\`: ${observed.source}, at ${observed.at}.`),
        },
      ],
      collected: observed.at,
    };
  });
}

/** The plan as something to refer to: it is in an archive of evidence, and not in the report's own folder. */
export function planResource({ inputs }: Report, identifier: Identifier): object[] {
  if (inputs.plan === undefined) return [];
  return [
    {
      uuid: identifier(planReference),
      title: "Plan",
      description: "Every resource that the stack is planned to have, as the kit computes it from the file.",
      props: [property("sha256", inputs.plan.sha256)],
    },
  ];
}

type Source = "file" | "plan";

/** The file where the check looked at it, the plan where it looked at anything else. */
function sourcesOf(subjects: readonly string[]): Source[] {
  return [
    ...(subjects.includes(fileItem) ? (["file"] as const) : []),
    ...(subjects.some((subject) => subject !== fileItem) ? (["plan"] as const) : []),
  ];
}

function evidence(source: Source, { inputs }: Report, identifier: Identifier): object {
  if (source === "file")
    return {
      href: `source/${encodeURIComponent(inputs.localisation.file)}`,
      description: line(`The localisation file, SHA-256 ${inputs.localisation.sha256}.`),
    };
  return {
    ...(inputs.plan !== undefined && { href: `#${identifier(planReference)}` }),
    description: line(`The plan, SHA-256 ${inputs.plan?.sha256 ?? "unknown"}.`),
  };
}

const itemOf = (report: Report, subject: string): string =>
  subject === report.inputs.localisation.file
    ? fileItem
    : report.resources.some(({ name }) => name === subject)
      ? `item ${subject}`
      : planItem;
