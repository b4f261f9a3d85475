/** Waivers have not expired, cover a finding, and name a responsible person. */
import { nearest } from "../../../base/nearest.ts";
import { didYouMean } from "../../../localisation/problem.ts";
import { dataClassNames } from "../../../localisation/schema/residency.ts";
import { type FilePolicy, notApplicable, type Policy, type Violation } from "../../engine/policy.ts";
import type { JsonObject } from "../../resources/resource.ts";

const shared = {
  area: "governance",
  scope: "file",
  level: "mandatory",
  dataClasses: dataClassNames,
} as const;

const waiver: JsonObject = {
  id: "frankfurt-mail",
  policy: "endpoint-abroad",
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
  risk: "An exception that never ends becomes the rule, although nobody decided that.",
  severity: "critical",
  controls: { iso27001: ["A.5.36", "A.5.31"], nist80053: ["CA-5", "CA-6"] },
  remediation: "Fix what it covers and remove it, or have the responsible person renew it.",
  check({ waivers }) {
    return waivers.waivers.flatMap((entry, index) =>
      waivers.isExpired(entry)
        ? [
            {
              path: `residency.waivers[${index}].until`,
              value: entry.until,
              message: `The waiver ${entry.id} for ${entry.resource} ended on ${entry.until}.`,
              remediation: `Fix ${entry.resource} and remove it, or ask ${entry.who} to renew it.`,
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
        findings: `example-country.yaml residency.waivers[0].until: The waiver frankfurt-mail for notifications.mailGateway ended on 2026-05-31. Fix notifications.mailGateway and remove it, or ask N. Dlamini to renew it.`,
      },
    ],
  },
};

/** @param others the other policies of the catalogue. */
export const waiverUnused = (others: readonly Policy[]): FilePolicy => ({
  ...shared,
  id: "waiver-unused",
  title: "Every waiver names a policy that there is, and covers a finding of the plan.",
  risk: "An old waiver also covers the next mistake in the same resource, which nobody allowed.",
  severity: "medium",
  controls: { iso27001: ["A.5.36"], nist80053: ["CA-5", "CA-6"] },
  remediation: "Remove it.",
  check({ waivers, resources }) {
    const ids = [...others.map(({ id }) => id), "waiver-unused"];
    // Manifests, a state, what runs and the file alone are only a part of the plan.
    const isPlan = resources.source.kind === "plan";
    const violations = waivers.waivers.flatMap((entry, index): Violation | [] => {
      const path = `residency.waivers[${index}]`;
      if (!ids.includes(entry.policy))
        return {
          path: `${path}.policy`,
          value: entry.policy,
          message: `The waiver ${entry.id} covers nothing: there is no policy "${entry.policy}".`,
          remediation: didYouMean(nearest(entry.policy, ids), "`rollout policies list` names all."),
        };
      if (!isPlan || waivers.usesOf(entry) > 0 || waivers.isExpired(entry)) return [];
      return {
        path,
        value: entry.id,
        message: `The waiver ${entry.id} covers nothing: ${entry.resource} has no such finding.`,
        remediation: "Remove it, or correct its resource and policy.",
      };
    });
    return !isPlan && violations.length === 0 ? notApplicable : violations;
  },
  examples: {
    passing: [
      {
        pulumi: "{}",
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
        pulumi: "{}",
        country: withWaiver({}),
        findings: `example-country.yaml residency.waivers[0]: The waiver frankfurt-mail covers nothing: notifications.mailGateway has no such finding. Remove it, or correct its resource and policy.`,
      },
      {
        country: withWaiver({ policy: "endpoint-abrod" }),
        findings: `example-country.yaml residency.waivers[0].policy: The waiver frankfurt-mail covers nothing: there is no policy "endpoint-abrod". Did you mean "endpoint-abroad"?`,
      },
    ],
  },
});

export const waiverUnsigned: FilePolicy = {
  ...shared,
  id: "waiver-unsigned",
  title: "Every waiver names the responsible person, and ends within a year.",
  risk: "“The team” is not a responsible person, and a waiver of ten years is a change of policy.",
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
                message: `No person is responsible for the waiver ${id} ("${who}").`,
                remediation: "Name the person.",
              },
            ]
          : []),
        ...(until > inAYear
          ? [
              {
                path: `${path}.until`,
                value: until,
                message: `The waiver ${id} lasts until ${until}, more than a year.`,
                remediation: `Write a day no later than ${inAYear}.`,
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
        findings: `
example-country.yaml residency.waivers[0].who: No person is responsible for the waiver frankfurt-mail ("the team"). Name the person.
example-country.yaml residency.waivers[0].until: The waiver frankfurt-mail lasts until 2031-12-31, more than a year. Write a day no later than 2027-06-01.`,
      },
    ],
  },
};
