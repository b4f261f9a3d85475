/**
 * The definitions of the kinds that the stack uses of its operators, from the operators' own modules at the versions that
 * the stack installs. Needs Go, whose module proxy serves them.
 */
import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { kubectl, kubectlJson } from "./kubectl.ts";

interface Definitions {
  readonly module: string;
  readonly version: string;
  /** Go's checksum of the module. */
  readonly sum: string;
  /** Holds one definition a file. */
  readonly folder: string;
  /** Names of the files; all of the folder where absent. */
  readonly only?: RegExp;
}

const sources: readonly Definitions[] = [
  {
    module: "github.com/cert-manager/cert-manager",
    version: "v1.21.2",
    sum: "h1:UWgoYM+KLNtRlqmoWOKjKBOBUPVHeepQ6/ac3ERJW68=",
    folder: "deploy/crds",
  },
  {
    module: "github.com/cloudnative-pg/cloudnative-pg",
    version: "v1.30.0",
    sum: "h1:fnhVq44xXx97MNiuvJsPrX1vSjYbgdyBK5MSGfdHdp0=",
    folder: "config/crd/bases",
  },
  {
    module: "github.com/cloudnative-pg/plugin-barman-cloud",
    version: "v0.15.0",
    sum: "h1:gNVytrzzYUE08wxLDrjfJqy1FPPSFkMe1OEr4s4pVI0=",
    folder: "config/crd/bases",
  },
  {
    module: "sigs.k8s.io/gateway-api",
    version: "v1.6.3",
    sum: "h1:lKpJa5bGlraC/QeACvCpsHLdmO6y0iKfzVl6gzaFEYc=",
    folder: "config/crd/standard",
  },
  {
    module: "github.com/prometheus-operator/prometheus-operator",
    version: "v0.85.0",
    sum: "h1:M5xLCLEoaW2IJfnuCwFzzpL+jSVQu3KGT84Pye+fW8s=",
    folder: "example/prometheus-operator-crd",
    only: /_(podmonitors|prometheusrules)\.yaml$/,
  },
];

export function moduleOf(module: string): Definitions {
  const found = sources.find((source) => source.module === module);
  if (found === undefined) throw new Error(`No definitions come from ${module}.`);
  return found;
}

/** Folder of a module that Go's proxy serves, checked against its sum. */
export function moduleFolder(module: string, version: string, sum: string): string {
  const answer = JSON.parse(
    execFileSync("go", ["mod", "download", "-json", `${module}@${version}`], {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "pipe"],
      env: { ...process.env, GOTOOLCHAIN: "local", GOFLAGS: "-mod=mod" },
    }),
  ) as { Dir: string; Sum: string };
  if (answer.Sum !== sum) throw new Error(`${module}@${version} has the sum ${answer.Sum}, not ${sum}.`);
  return answer.Dir;
}

/**
 * Installs what the cluster lacks and waits until it serves it; what is there already stays as it is.
 * @returns names of the definitions that were installed.
 */
export async function installDefinitions(): Promise<string[]> {
  const there = new Set(
    (await kubectlJson<{ items: { metadata: { name: string } }[] }>(["get", "crds"])).items.map(
      ({ metadata }) => metadata.name,
    ),
  );
  const installed: string[] = [];
  const texts: string[] = [];
  for (const { module, version, sum, folder, only } of sources) {
    const path = join(moduleFolder(module, version, sum), folder);
    for (const file of readdirSync(path).filter(
      (name) => name.endsWith(".yaml") && (only?.test(name) ?? true),
    )) {
      const text = readFileSync(join(path, file), "utf8");
      const name = /^ {2}name: (\S+)$/m.exec(text)?.[1];
      if (!/^kind: CustomResourceDefinition$/m.test(text) || name === undefined || there.has(name)) continue;
      installed.push(name);
      texts.push(text);
    }
  }
  if (installed.length === 0) return [];
  await kubectl(["apply", "--server-side", "--force-conflicts", "-f", "-"], texts.join("\n---\n"));
  await kubectl([
    "wait",
    "--for=condition=Established",
    "--timeout=120s",
    ...installed.map((name) => `crd/${name}`),
  ]);
  return installed;
}

/** Takes away what a test installed, but what operators that run here need. */
export async function removeDefinitions(installed: readonly string[]): Promise<void> {
  if (installed.length === 0) return;
  const operators = await kubectl([
    "get",
    "namespaces",
    "cert-manager",
    "cnpg-system",
    "--ignore-not-found",
    "-o",
    "name",
  ]);
  if (operators !== "") return;
  await kubectl(["delete", "crds", ...installed, "--ignore-not-found", "--timeout=300s"]);
}
