/** The plan of a country on its target. */
import type { LoadedCountry } from "../localisation/load.ts";
import type { clusterTargets } from "../localisation/schema/hosting.ts";
import { stackName } from "../localisation/stack-name.ts";
import { captureProgram } from "../plan/capture.ts";
import { type Plan, planFormat } from "../plan/plan.ts";
import { kubernetesStack } from "./kubernetes/program.ts";

export type PlannedTarget = (typeof clusterTargets)[number];

/** As in Pulumi.yaml. */
export const projectName = "country-rollout-kit";

/** The target's program. A cluster's plan needs nothing of AWS, which takes long to load. */
export const stackProgram = async (target: PlannedTarget) =>
  target === "aws" ? (await import("./aws/program.ts")).awsStack : kubernetesStack;

/** @throws InputError when the file does not have what the target needs. */
export async function planCountry(
  loaded: LoadedCountry,
  target: PlannedTarget,
  version: string,
): Promise<Plan> {
  const { country, environment, catalogues } = loaded;
  const program = await stackProgram(target);
  const { resources, outputs } = await captureProgram(
    () =>
      program({
        country,
        catalogues,
        version,
        ...(environment !== undefined && { environment }),
      }),
    projectName,
    stackName(country.country, environment),
  );
  return {
    format: planFormat,
    kit: version,
    country: country.country,
    environment: environment ?? null,
    target,
    localisation: loaded.sha256,
    resources,
    outputs,
  };
}
