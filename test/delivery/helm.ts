/** Exports charts into a folder of the test's own, and runs Helm on them. */
import { execFileSync } from "node:child_process";
import { globSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll } from "vitest";
import { stringify } from "yaml";
import { exportStack } from "../../delivery/export/export.ts";
import type { LoadedCountry } from "../../localisation/load.ts";
import { writeManifests } from "../../plan/manifests.ts";
import { type Objects, parsed } from "./rendered.ts";

export const version = "9.9.9";
/** A helm that is built from source says that it is for an ancient cluster. */
export const cluster = ["--kube-version", "1.34.0"];

export const folder = mkdtempSync(join(tmpdir(), "rollout-helm-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

let charts = 0;
export async function chart(loaded: LoadedCountry): Promise<string> {
  charts += 1;
  const path = join(folder, `chart-${charts}`);
  writeManifests(path, await exportStack(loaded, "helm", version));
  return path;
}

export const helm = (...parameters: string[]) =>
  execFileSync("helm", parameters, { encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });

/** The values of the chart's country, and these. */
export function valuesOf(path: string, values: object = {}): string[] {
  writeFileSync(join(folder, "values.yaml"), stringify(values));
  const [ofCountry] = globSync(join(path, "values-*.yaml"));
  return ["--values", ofCountry!, "--values", join(folder, "values.yaml")];
}

export function rendered(path: string, values: object = {}, ...parameters: string[]): Objects {
  return parsed(helm("template", "stack", path, ...cluster, ...valuesOf(path, values), ...parameters));
}
