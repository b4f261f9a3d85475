/** Whether volumes rest where the file says, encrypted as far as that can be seen. */
import type { KubernetesObject } from "../../cluster/cluster-client.ts";
import type { KubernetesSettings } from "../kubernetes/stack.ts";
import type { ClusterFacts } from "./cluster-facts.ts";
import { type Examined, failed, ok, skipped, warning } from "./finding.ts";

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
      return [skipped("storage", driver.name, "Storage drivers may not be read with this login.")];
    return [
      facts.csiDrivers.includes(driver.name)
        ? ok("storage", driver.name, "the driver is installed; the stack makes its class")
        : failed(
            "storage",
            driver.name,
            `The driver is not installed. ${list(facts.csiDrivers)}`,
            "Install it, or correct hosting.kubernetes.storageProvisioner.",
          ),
    ];
  }
  if (facts.storageClasses === undefined)
    return [
      skipped("storage", wanted ?? "default class", "Storage classes may not be read with this login."),
    ];
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
            "storage",
            "default class",
            `The cluster has none. ${names}`,
            "Name one under hosting.kubernetes.storageClass.",
          )
        : failed(
            "storage",
            wanted,
            `It is not there. ${names}`,
            "Make it, or correct hosting.kubernetes.storageClass.",
          ),
    ];
  }
  return [ok("storage", found.metadata.name, `by ${found.provisioner}`), ...details(found, settings.zones)];
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
          "storage",
          title("encryption"),
          "Its parameters do not say that it encrypts.",
          "Ask who runs the storage, and have it encrypted at rest.",
        )
      : encryption[1] === "true" || !/^(false|no|none|0|)$/i.test(encryption[1])
        ? ok("storage", title("encryption"), `${encryption[0]}: ${encryption[1]}`)
        : failed(
            "storage",
            title("encryption"),
            `${encryption[0]}: ${encryption[1]}`,
            "Use a class that encrypts.",
          ),
    volumeBindingMode === "WaitForFirstConsumer"
      ? ok("storage", title("binding"), volumeBindingMode)
      : warning(
          "storage",
          title("binding"),
          `${volumeBindingMode ?? "Immediate"}: a volume may come in a zone where no pod may run.`,
          "Use a class with volumeBindingMode: WaitForFirstConsumer.",
        ),
    outside.length > 0
      ? failed(
          "storage",
          title("zones"),
          `Its volumes may rest in ${outside.join(", ")}, which the file does not name.`,
          "Use a class that is held to the file's zones, or let the kit make one by hosting.kubernetes.storageProvisioner.",
        )
      : ok(
          "storage",
          title("zones"),
          (allowedTopologies ?? []).length > 0 ? "held to the file's" : "where the pods are",
        ),
    allowVolumeExpansion === true
      ? ok("storage", title("growth"), "volumes can grow")
      : warning(
          "storage",
          title("growth"),
          "Volumes can't grow.",
          "Set allowVolumeExpansion on it where the driver can.",
        ),
  ];
}

const list = (names: readonly string[]): string =>
  names.length === 0 ? "There is none." : `There is ${names.join(", ")}.`;
