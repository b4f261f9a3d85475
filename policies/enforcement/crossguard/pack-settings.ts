/** The localisation file and environment of the pack, from its own configuration or from that of the stack. */
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import type { PolicyConfigSchema } from "@pulumi/policy";
import { kitPath, packageRoot } from "../../../base/package-root.ts";
import {
  formatProblem,
  type LoadedCountry,
  LocalisationError,
  loadCountry,
} from "../../../localisation/load.ts";

export interface PackSettings {
  readonly file?: string;
  readonly environment?: string;
}

export const settingsSchema: PolicyConfigSchema = {
  properties: {
    file: {
      type: "string",
      minLength: 1,
      description: "Path of the localisation file, from the folder in which pulumi is called.",
    },
    environment: {
      type: "string",
      minLength: 1,
      description: "Environment of the file, such as production.",
    },
  },
};

/** As in Pulumi.yaml. */
const project = "country-rollout-kit";

/** @returns the country, or a text that says what is wrong. */
export function packCountry(given: PackSettings): LoadedCountry | string {
  const settings = given.file === undefined ? { ...stackSettings(), ...given } : given;
  if (settings.file === undefined) {
    const example = kitPath("countries/za.yaml");
    return [
      "No localisation file is named, so nothing was checked.",
      `Name it in the pack's configuration ({"localisation-file": {"file": "${example}"}}, by --policy-pack-config), or in the stack's: pulumi config set ${project}:file ${example}`,
    ].join("\n");
  }
  const { environment } = settings;
  try {
    return loadCountry(located(settings.file), environment === undefined ? {} : { environment });
  } catch (error) {
    if (error instanceof LocalisationError)
      return error.problems.map((problem) => formatProblem(problem)).join("\n");
    throw error;
  }
}

/** The pack runs in its own folder; the engine gives the folder of its caller in PWD. */
function located(file: string): string {
  const folders = [process.env.PWD, packageRoot].filter((folder) => folder !== undefined);
  const paths = folders.map((folder) => resolve(folder, file));
  return paths.find((path) => existsSync(path)) ?? paths[0] ?? file;
}

/** The engine gives a pack the stack's configuration in this variable. */
function stackSettings(): PackSettings {
  const all = JSON.parse(process.env.PULUMI_CONFIG ?? "{}") as Readonly<Record<string, string>>;
  const file = all[`${project}:file`];
  const environment = all[`${project}:environment`];
  return { ...(file !== undefined && { file }), ...(environment !== undefined && { environment }) };
}
