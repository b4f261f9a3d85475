/** Language models are called in the region, not through an inference profile that spreads requests over regions. */
import type { ResourcePolicy, Violation } from "../../engine/policy.ts";
import { rememberTexts } from "../../resources/last.ts";
import { workloads } from "../../resources/pods.ts";
import { textsOf } from "../../resources/texts.ts";

/** `eu.anthropic.…`, `global.amazon.…`: the profile's name says where requests may be processed. */
const spreadingProfile =
  /(?:^|[^\w.])((?:us|us-gov|eu|apac|jp|au|ca|global)\.(?:amazon|anthropic|meta|mistral|cohere|deepseek|stability|writer|twelvelabs|openai|qwen|ai21)\.[\w.:-]+)/;

/** A quick test: most texts name no maker. */
const maker =
  /\.(?:amazon|anthropic|meta|mistral|cohere|deepseek|stability|writer|twelvelabs|openai|qwen|ai21)\./;

const profileIn = rememberTexts((text) => (maker.test(text) ? spreadingProfile.exec(text)?.[1] : undefined));

export const crossRegionInference: ResourcePolicy = {
  id: "cross-region-inference",
  area: "flows",
  scope: "resource",
  title: "No model is called through an inference profile that spreads requests over regions.",
  risk: "With a cross-Region profile any region may process a prompt, which holds the company's answers.",
  types: ["aws:*", ...workloads, "kubernetes:core/*:ConfigMap"],
  severity: "high",
  level: "mandatory",
  dataClasses: ["diagnosticAnswers", "identity", "machineTelemetry"],
  controls: { iso27001: ["A.5.14", "A.5.23"], nist80053: ["SA-9(5)", "AC-4"] },
  remediation: "Name the model of the region, without the prefix.",
  check: (subject) =>
    textsOf(subject).flatMap((text): Violation | [] => {
      const { value } = text;
      const profile = profileIn(value);
      if (profile === undefined) return [];
      return {
        path: text.path,
        value: profile,
        message: `The profile ${profile} may process requests in other regions.`,
        remediation: `Use ${profile.slice(profile.indexOf(".") + 1)} of the region, if it is offered there.`,
      };
    }),
  examples: {
    passing: [
      {
        pulumi: `
advice: { type: aws:lambda/function:Function,
  properties: { environment: { variables: { MODEL: anthropic.claude-3-haiku-20240307-v1:0 } } } }`,
      },
    ],
    failing: [
      {
        pulumi: `
advice: { type: aws:lambda/function:Function,
  properties: { environment: { variables: { MODEL: eu.anthropic.claude-3-haiku-20240307-v1:0 } } } }`,
        findings: `Function/advice environment.variables.MODEL: The profile eu.anthropic.claude-3-haiku-20240307-v1:0 may process requests in other regions. Use anthropic.claude-3-haiku-20240307-v1:0 of the region, if it is offered there.`,
      },
    ],
  },
};
