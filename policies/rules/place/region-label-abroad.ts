/** Labels that name a region of a provider name one in the country. */
import { formatPath, type PathSegment } from "../../../localisation/problem.ts";
import { type ProviderRegion, regionsNamed, regionsOfZone } from "../../../localisation/provider-regions.ts";
import { countryName } from "../../../localisation/schema/formats.ts";
import { countryNames } from "../../engine/place-names.ts";
import type { ResourcePolicy, Violation } from "../../engine/policy.ts";
import type { Json, JsonObject } from "../../resources/resource.ts";
import { textsOf } from "../../resources/texts.ts";

const regionLabels = new Set([
  "topology.kubernetes.io/region",
  "failure-domain.beta.kubernetes.io/region",
  "csi.hetzner.cloud/location",
  "topology.ebs.csi.aws.com/zone",
  "topology.gke.io/zone",
  "topology.disk.csi.azure.com/zone",
  "topology.kubernetes.io/zone",
  "failure-domain.beta.kubernetes.io/zone",
]);

export const regionLabelAbroad: ResourcePolicy = {
  id: "region-label-abroad",
  area: "place",
  scope: "resource",
  title: "Pods and volumes are in no region of a provider abroad.",
  risk: "A cluster of several regions puts a pod or a volume where its labels say, also abroad.",
  types: ["kubernetes:*"],
  severity: "critical",
  level: "mandatory",
  dataClasses: ["identity", "diagnosticAnswers", "machineTelemetry", "backups"],
  controls: { iso27001: ["A.5.23", "A.5.31"], nist80053: ["SA-9(5)"] },
  remediation: "Name a region in the country.",
  check(subject, context) {
    const { properties } = subject;
    // The texts are read already; most resources have no such label.
    if (!textsOf(subject).some(({ key, value }) => regionLabels.has(key) || regionLabels.has(value)))
      return [];
    const countries = context.storageCountries([]);
    return labelled(properties).flatMap(({ path, value }): Violation | [] => {
      const places: readonly ProviderRegion[] = [...regionsNamed(value), ...regionsOfZone(value)];
      const [first] = places;
      if (first === undefined || places.some(({ country }) => countries.includes(country))) return [];
      return {
        path,
        value,
        message: `It is in ${value} (${first.provider}, ${countryName(first.country)}).`,
        remediation: `Name a region in ${countryNames(countries)}.`,
      };
    });
  },
  examples: {
    passing: [
      {
        manifests: `
apiVersion: v1
kind: Pod
metadata: { name: app, namespace: rollout }
spec: { nodeSelector: { topology.kubernetes.io/region: southafricanorth } }`,
      },
    ],
    failing: [
      {
        manifests: `
apiVersion: v1
kind: Pod
metadata: { name: app, namespace: rollout }
spec: { nodeSelector: { topology.kubernetes.io/region: westeurope } }`,
        findings: `rollout/Pod/app spec.nodeSelector["topology.kubernetes.io/region"]: It is in westeurope (Azure, Netherlands). Name a region in South Africa.`,
      },
      {
        manifests: `
apiVersion: storage.k8s.io/v1
kind: StorageClass
metadata: { name: fast }
allowedTopologies: [{ matchLabelExpressions: [{ key: topology.gke.io/zone, values: [europe-west1-b] }] }]`,
        findings: `StorageClass/fast allowedTopologies[0].matchLabelExpressions[0].values: It is in europe-west1-b (Google Cloud, Belgium). Name a region in South Africa.`,
      },
    ],
  },
};

interface Labelled {
  readonly path: string;
  readonly value: string;
}

/** Values of labels of regions and zones: in maps of labels, and in expressions with a key and values. */
function labelled(root: JsonObject): Labelled[] {
  const found: Labelled[] = [];
  const path: PathSegment[] = [];
  // A path is written out only where something is found.
  const walk = (value: Json | undefined, segment: PathSegment) => {
    if (typeof value !== "object" || value === null) return;
    path.push(segment);
    if (Array.isArray(value))
      for (const [index, item] of (value as readonly Json[]).entries()) walk(item, index);
    else read(value as JsonObject);
    path.pop();
  };
  const read = (object: JsonObject) => {
    const { key, operator, values } = object;
    if (typeof key === "string" && regionLabels.has(key) && operator !== "NotIn" && Array.isArray(values))
      for (const value of values as readonly Json[])
        if (typeof value === "string") found.push({ path: formatPath([...path, "values"]), value });
    for (const name in object) {
      const value = object[name];
      if (typeof value !== "string") walk(value, name);
      else if (regionLabels.has(name)) found.push({ path: formatPath([...path, name]), value });
    }
  };
  read(root);
  return found;
}
