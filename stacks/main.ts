/**
 * Entry point of plain `pulumi preview` and `pulumi up`: the stack's configuration names the file and the environment.
 * `pulumi config set file countries/za.yaml && pulumi config set environment production`
 */
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { Config, getProject, runtime } from "@pulumi/pulumi";
import { packageRoot } from "../base/package-root.ts";
import { formatProblem, LocalisationError, loadCountry } from "../localisation/load.ts";
import { awsStack } from "./aws/program.ts";
import { kubernetesStack } from "./kubernetes/program.ts";

const config = new Config(getProject());
const environment = config.get("environment");
const file = resolve(runtime.getRootDirectory?.() || packageRoot, config.require("file"));
const { version } = JSON.parse(readFileSync(join(packageRoot, "package.json"), "utf8")) as {
  version: string;
};

function load() {
  try {
    return loadCountry(file, environment === undefined ? {} : { environment });
  } catch (error) {
    if (error instanceof LocalisationError)
      throw new Error(error.problems.map((problem) => formatProblem(problem)).join("\n"));
    throw error;
  }
}

const { country, catalogues } = load();
const program = country.hosting.target === "aws" ? awsStack : kubernetesStack;
export const { webAddress, mqttAddress, namespace, notes } = program({
  country,
  catalogues,
  version,
  asksProviders: true,
  ...(environment !== undefined && { environment }),
});
