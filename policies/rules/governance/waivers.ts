/** Waivers hold until their day, cover something, and are answered for by a person. */
import { dataClassNames } from "../../../localisation/schema/residency.ts";
import { type FilePolicy, notApplicable } from "../../engine/policy.ts";
import type { JsonObject } from "../../resources/resource.ts";

const shared = {
  area: "governance",
  scope: "file",
  level: "mandatory",
  dataClasses: dataClassNames,
} as const;

const waiver: JsonObject = {
  id: "frankfurt-mail",
  resource: "notifications.mailGateway",
  why: "The ministry's own gateway opens in September.",
  who: "N. Dlamini",
  until: "2026-09-30",
};
const withWaiver = (changes: JsonObject): JsonObject => ({
  residency: { waivers: [{ ...waiver, ...changes }] },
});

export const waiverExpired: FilePolicy = {
  ...shared,
  id: "waiver-expired",
  title: "Waivers end on their day.",
  risk: "An exception that nobody ends becomes the rule, without anybody deciding so.",
  severity: "critical",
  controls: { iso27001: ["A.5.36", "A.5.31"], nist80053: ["CA-5", "CA-6"] },
  remediation: "Mend what it covered and take it out, or have it renewed by who answers for it.",
  check({ waivers }) {
    return waivers.waivers.flatMap((entry, index) =>
      waivers.isExpired(entry)
        ? [
            {
              path: `residency.waivers[${index}].until`,
              value: entry.until,
              message: `The waiver ${entry.id} for ${entry.resource} ended on ${entry.until}.`,
              remediation: `Mend ${entry.resource} and take it out, or ask ${entry.who} to renew it.`,
            },
          ]
        : [],
    );
  },
  examples: {
    passing: [{ country: withWaiver({}) }],
    failing: [
      {
        country: withWaiver({ until: "2026-05-31" }),
        findings: [
          "example-country.yaml residency.waivers[0].until: The waiver frankfurt-mail for notifications.mailGateway ended on 2026-05-31. Mend notifications.mailGateway and take it out, or ask N. Dlamini to renew it.",
        ],
      },
    ],
  },
};

export const waiverUnused: FilePolicy = {
  ...shared,
  id: "waiver-unused",
  title: "Every waiver covers something of the plan.",
  risk: "A waiver left behind covers the next mistake on the same resource, which nobody allowed.",
  severity: "medium",
  controls: { iso27001: ["A.5.36"], nist80053: ["CA-5", "CA-6"] },
  remediation: "Take it out.",
  check({ waivers, resources }) {
    // Manifests, a state, what runs or the file alone are a part of the whole.
    if (resources.source.kind !== "plan") return notApplicable;
    return waivers.waivers.flatMap((entry, index) =>
      waivers.usesOf(entry) === 0 && !waivers.isExpired(entry)
        ? [
            {
              path: `residency.waivers[${index}]`,
              value: entry.id,
              message: `The waiver ${entry.id} covers nothing: ${entry.resource} has no such finding.`,
              remediation: "Take it out, or correct its resource and policy.",
            },
          ]
        : [],
    );
  },
  examples: {
    passing: [
      {
        resources: [],
        country: {
          ...withWaiver({}),
          notifications: {
            mailGateway: { host: "smtp.example.com", port: 587, security: "tls", country: "DE" },
          },
        },
      },
    ],
    failing: [
      {
        resources: [],
        country: withWaiver({}),
        findings: [
          "example-country.yaml residency.waivers[0]: The waiver frankfurt-mail covers nothing: notifications.mailGateway has no such finding. Take it out, or correct its resource and policy.",
        ],
      },
    ],
  },
};

export const waiverUnsigned: FilePolicy = {
  ...shared,
  id: "waiver-unsigned",
  title: "Every waiver names the person who answers for it, and ends within a year.",
  risk: "“The team” answers for nothing, and a waiver of ten years is a change of policy.",
  severity: "high",
  controls: { iso27001: ["A.5.2", "A.5.36"], nist80053: ["CA-6"] },
  remediation: "Name a person, and a day within a year.",
  check({ waivers, today }) {
    const inAYear = `${Number(today.slice(0, 4)) + 1}${today.slice(4)}`;
    return waivers.waivers.flatMap(({ id, who, until }, index) => {
      const path = `residency.waivers[${index}]`;
      const nobody =
        /^(the )?(it|team|admin|administrators?|operations|ops|support|nobody|n\/a|tbd|name of .*|.*example.*)\.?$/i;
      return [
        ...(nobody.test(who.trim())
          ? [
              {
                path: `${path}.who`,
                value: who,
                message: `Nobody answers for the waiver ${id} ("${who}").`,
                remediation: "Name the person.",
              },
            ]
          : []),
        ...(until > inAYear
          ? [
              {
                path: `${path}.until`,
                value: until,
                message: `The waiver ${id} holds until ${until}, more than a year.`,
                remediation: `Write a day not after ${inAYear}.`,
              },
            ]
          : []),
      ];
    });
  },
  examples: {
    passing: [{ country: withWaiver({}) }],
    failing: [
      {
        country: withWaiver({ who: "the team", until: "2031-12-31" }),
        findings: [
          'example-country.yaml residency.waivers[0].who: Nobody answers for the waiver frankfurt-mail ("the team"). Name the person.',
          "example-country.yaml residency.waivers[0].until: The waiver frankfurt-mail holds until 2031-12-31, more than a year. Write a day not after 2027-06-01.",
        ],
      },
    ],
  },
};
