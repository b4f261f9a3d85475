/** Checks whether volumes are stored where the file says, and encrypted as far as the class shows it. */
import type { KubernetesObject } from "../../cluster/cluster-client.ts";
import type { KubernetesSettings } from "../kubernetes/stack.ts";
import type { ClusterFacts } from "./cluster-facts.ts";
import { type Examined, findingsIn } from "./finding.ts";

const { ok, warning, failed, skipped } = findingsIn("storage");

interface StorageClass extends KubernetesObject {
  readonly provisioner?: string;
  readonly parameters?: Readonly<Record<string, string>>;
  readonly reclaimPolicy?: string;
  readonly volumeBindingMode?: string;
  readonly allowVolumeExpansion?: boolean;
  readonly allowedTopologies?: readonly {
    readonly matchLabelExpressions?: readonly { readonly key: string; readonly values: readonly string[] }[];
  }[];
}

const defaultAnnotation = "storageclass.kubernetes.io/is-default-class";

export function storage(facts: ClusterFacts, settings: KubernetesSettings): Examined[] {
  const { storageProvisioner: driver, storageClass: wanted } = settings;
  if (driver !== undefined) {
    if (facts.csiDrivers === undefined)
      return [skipped(driver.name, "This login may not read storage drivers.")];
    return [
      facts.csiDrivers.includes(driver.name)
        ? ok(driver.name, "the driver is installed; the stack creates its class")
        : failed(
            driver.name,
            `The driver is not installed. ${list(facts.csiDrivers)}`,
            "Install it, or correct hosting.kubernetes.storageProvisioner.",
          ),
    ];
  }
  if (facts.storageClasses === undefined)
    return [skipped(wanted ?? "default class", "This login may not read storage classes.")];
  const classes = facts.storageClasses as readonly StorageClass[];
  const found =
    wanted === undefined
      ? classes.find(({ metadata }) => metadata.annotations?.[defaultAnnotation] === "true")
      : classes.find(({ metadata }) => metadata.name === wanted);
  if (found === undefined) {
    const names = list(classes.map(({ metadata }) => metadata.name));
    return [
      wanted === undefined
        ? failed(
            "default class",
            `The cluster has none. ${names}`,
            "Name one under hosting.kubernetes.storageClass.",
          )
        : failed(
            wanted,
            `It does not exist. ${names}`,
            "Create it, or correct hosting.kubernetes.storageClass.",
          ),
    ];
  }
  return [ok(found.metadata.name, `by ${found.provisioner}`), ...details(found, settings.zones)];
}

function details(storageClass: StorageClass, zones: readonly string[]): Examined[] {
  const {
    metadata,
    parameters = {},
    volumeBindingMode,
    allowVolumeExpansion,
    allowedTopologies,
  } = storageClass;
  const title = (what: string) => `${metadata.name}: ${what}`;
  const encryption = Object.entries(parameters).find(([key]) => /encrypt/i.test(key));
  const outside = (allowedTopologies ?? [])
    .flatMap(({ matchLabelExpressions = [] }) => matchLabelExpressions)
    .filter(({ key }) => key.endsWith("/zone"))
    .flatMap(({ values }) => values)
    .filter((zone) => zones.length > 0 && !zones.includes(zone));
  return [
    encryption === undefined
      ? warning(
          title("encryption"),
          "Its parameters do not say that it encrypts.",
          "Ask the storage's administrators to encrypt it at rest.",
        )
      : encryption[1] === "true" || !/^(false|no|none|0|)$/i.test(encryption[1])
        ? ok(title("encryption"), `${encryption[0]}: ${encryption[1]}`)
        : failed(title("encryption"), `${encryption[0]}: ${encryption[1]}`, "Use a class that encrypts."),
    volumeBindingMode === "WaitForFirstConsumer"
      ? ok(title("binding"), volumeBindingMode)
      : warning(
          title("binding"),
          `${volumeBindingMode ?? "Immediate"}: a volume may be created in a zone where no pod may run.`,
          "Use a class with volumeBindingMode: WaitForFirstConsumer.",
        ),
    outside.length > 0
      ? failed(
          title("zones"),
          `Its volumes may be stored in ${outside.join(", ")}, which the file does not name.`,
          "Use a class that is limited to the file's zones, or let the kit create one by hosting.kubernetes.storageProvisioner.",
        )
      : ok(
          title("zones"),
          (allowedTopologies ?? []).length > 0 ? "limited to the file's zones" : "where the pods are",
        ),
    allowVolumeExpansion === true
      ? ok(title("growth"), "volumes can grow")
      : warning(
          title("growth"),
          "Volumes can't grow.",
          "Set allowVolumeExpansion on it where the driver can.",
        ),
  ];
}

const list = (names: readonly string[]): string =>
  names.length === 0 ? "There is none." : `There is ${names.join(", ")}.`;
