/** Kinds of policies as admission names them, and the CEL variables that read their pods and texts. */
import { typeToken } from "../resources/resource.ts";

export interface ResourceRule {
  readonly apiGroups: readonly [string];
  readonly apiVersions: readonly ["*"];
  readonly operations: readonly ("CREATE" | "UPDATE")[];
  readonly resources: readonly string[];
}

/** Ephemeral containers are added to a running pod through a subresource. */
const subresources: Readonly<Record<string, readonly string[]>> = { pods: ["pods/ephemeralcontainers"] };

/** Kinds whose objects have no namespace. */
const clusterKinds = new Set(["Namespace", "PersistentVolume", "StorageClass"]);

export function resourceRule(type: string): ResourceRule {
  const { module, kind } = typeToken(type);
  const group = module.split("/")[0] ?? "";
  const plural = pluralOf(kind);
  return {
    apiGroups: [group === "core" ? "" : group],
    apiVersions: ["*"],
    operations: ["CREATE", "UPDATE"],
    resources: [plural, ...(subresources[plural] ?? [])],
  };
}

export const isInNamespace = (type: string): boolean => !clusterKinds.has(typeToken(type).kind);

function pluralOf(kind: string): string {
  const name = kind.toLowerCase();
  if (name === "endpoints") return name;
  if (/(s|x|ch)$/.test(name)) return `${name}es`;
  return /[^aeiou]y$/.test(name) ? `${name.slice(0, -1)}ies` : `${name}s`;
}

/** Longest text that rules read, in characters: searching more could exceed the cost limit of an expression. */
const longestText = 20_000;
export const longTexts = `texts of more than ${longestText.toLocaleString("en")} characters`;

/** Variables for rules. Each may read those above it; the server computes only those that a rule reads. */
export const variables = [
  {
    name: "pod",
    expression:
      '(object.kind == "Pod" ? object.?spec : object.kind == "CronJob" ? object.?spec.?jobTemplate.?spec.?template.?spec : object.kind == "PodTemplate" ? object.?template.?spec : object.?spec.?template.?spec).orValue({})',
  },
  {
    name: "containers",
    expression:
      "variables.pod.?containers.orValue([]) + variables.pod.?initContainers.orValue([]) + variables.pod.?ephemeralContainers.orValue([])",
  },
  {
    // The settings of each container, or the values of a ConfigMap, each after a line with its name.
    name: "texts",
    expression:
      'object.kind == "ConfigMap" ? [object.?data.orValue({}).map(key, key + "=\\n" + object.data[key])] : variables.containers.map(container, container.?env.orValue([]).filter(setting, has(setting.value)).map(setting, setting.name + "=\\n" + setting.value) + container.?args.orValue([]) + container.?command.orValue([]))',
  },
] as const;

/** CEL that tests every `text` of `variables.texts` that is not too long. */
export const everyText = (expression: string): string =>
  `variables.texts.all(texts, texts.all(text, size(text) > ${longestText} || (${expression})))`;
