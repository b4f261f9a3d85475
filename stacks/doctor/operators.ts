/** Checks whether the cluster knows the kinds of the plan, from operators of a version that the kit knows. */

import type { ClusterClient } from "../../cluster/cluster-client.ts";
import { type OperatorName, operatorImages } from "../../components/operators.ts";
import { at, isManifest, kindOf, type Plan } from "../../plan/plan.ts";
import type { KubernetesSettings } from "../kubernetes/stack.ts";
import type { ClusterFacts } from "./cluster-facts.ts";
import { type Examined, findingsIn } from "./finding.ts";

const { ok, warning, failed } = findingsIn("operators");

/** A kind of the plan, as the API names it. */
export interface PlannedKind {
  readonly apiVersion: string;
  readonly kind: string;
}

export function plannedKinds({ resources }: Plan): PlannedKind[] {
  const found = new Map<string, PlannedKind>();
  for (const resource of resources) {
    if (!isManifest(resource) || kindOf(resource) === "Provider") continue;
    const apiVersion = String(at(resource.properties, "apiVersion"));
    const kind = kindOf(resource);
    found.set(`${apiVersion} ${kind}`, { apiVersion, kind });
  }
  return [...found.values()];
}

export interface OperatorSigns {
  readonly title: string;
  readonly setting: keyof KubernetesSettings["operators"];
  readonly operator: OperatorName;
  /** API group of its kinds. */
  readonly group: string;
  /** `app.kubernetes.io/name` of its Deployment, or the Deployment's name. */
  readonly label: string;
}

export const operatorSigns: readonly OperatorSigns[] = [
  {
    title: "cert-manager",
    setting: "certManager",
    operator: "certManager",
    group: "cert-manager.io",
    label: "cert-manager",
  },
  {
    title: "CloudNativePG",
    setting: "cloudNativePg",
    operator: "cloudNativePg",
    group: "postgresql.cnpg.io",
    label: "cloudnative-pg",
  },
  {
    title: "Barman Cloud plugin",
    setting: "cloudNativePg",
    operator: "barmanCloud",
    group: "barmancloud.cnpg.io",
    label: "barman-cloud",
  },
];

export async function examineOperators(
  client: ClusterClient,
  facts: ClusterFacts,
  settings: KubernetesSettings,
  plan: Plan,
): Promise<Examined[]> {
  const kinds = plannedKinds(plan);
  const found: Examined[] = [];
  for (const operator of operatorSigns) {
    const wanted = kinds.filter(({ apiVersion }) => apiVersion.startsWith(`${operator.group}/`));
    if (wanted.length === 0) continue;
    const missing = await absent(client, wanted);
    found.push(verdictOn(operator, missing, versionOf(facts, operator.label), settings));
  }
  const others = kinds.filter(
    ({ apiVersion }) => !operatorSigns.some(({ group }) => apiVersion.startsWith(`${group}/`)),
  );
  const missing = await absent(client, others);
  if (missing.length > 0)
    found.push(
      failed(
        "other kinds",
        `The cluster does not know ${missing.map(({ apiVersion, kind }) => `${kind} (${apiVersion})`).join(", ")}.`,
        "Install the software that adds them, or change hosting.kubernetes.gateway or hosting.kubernetes.monitoring.",
      ),
    );
  return found;
}

/** @param version of the running operator, where it is known. */
export function verdictOn(
  { title, setting, operator }: OperatorSigns,
  missing: readonly PlannedKind[],
  version: string | undefined,
  { operators: choice }: KubernetesSettings,
): Examined {
  const known = operatorImages(operator)[0]?.version ?? "";
  const running = version === undefined ? "its kinds exist" : `${version} runs`;
  if (choice[setting] === "install")
    return missing.length > 0
      ? ok(title, "the stack installs it")
      : warning(
          title,
          `It is already in the cluster (${running}), and the file lets the kit install it.`,
          `Set hosting.kubernetes.operators.${setting}: preinstalled, unless this stack installed it.`,
        );
  if (missing.length > 0)
    return failed(
      title,
      `The file says that it is preinstalled, but the cluster does not know ${missing.map(({ kind }) => kind).join(", ")}.`,
      `Install ${title} ${known}, or set hosting.kubernetes.operators.${setting}: install.`,
    );
  if (version !== undefined && isOlder(version, known))
    return warning(
      title,
      `${version} runs; the kit is tested with ${known}.`,
      "Upgrade it: an older version may not know every field of the plan.",
    );
  return ok(title, running);
}

/** Compares major and minor version. */
function isOlder(version: string, than: string): boolean {
  const [a, b] = [version, than].map((text) => /(\d+)\.(\d+)/.exec(text)?.slice(1).map(Number) ?? [0, 0]);
  const [major = 0, minor = 0] = a ?? [];
  const [otherMajor = 0, otherMinor = 0] = b ?? [];
  return major < otherMajor || (major === otherMajor && minor < otherMinor);
}

async function absent(client: ClusterClient, kinds: readonly PlannedKind[]): Promise<PlannedKind[]> {
  const known = await Promise.all(kinds.map(({ apiVersion, kind }) => client.resourceOf(apiVersion, kind)));
  return kinds.filter((_, index) => known[index] === undefined);
}

function versionOf({ deployments }: ClusterFacts, name: string): string | undefined {
  const deployment = deployments?.find(
    ({ metadata }) => metadata.labels?.["app.kubernetes.io/name"] === name || metadata.name === name,
  );
  return deployment?.metadata.labels?.["app.kubernetes.io/version"];
}
