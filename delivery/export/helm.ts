/**
 * A country's plan as a Helm chart and the country's values: with them `helm template` gives the plan's objects, and each
 * setting reaches every place that it reaches in the plan. Countries whose stacks have the same objects have the same chart.
 * Random secrets are made in the cluster and kept by upgrades.
 */
import type { LoadedCountry } from "../../localisation/load.ts";
import { type Manifests, manifestOf, orderedObjects, randomSecrets, scripts } from "../../plan/manifests.ts";
import { at, kindOf, type Plan, type PlannedResource, type Properties, shownName } from "../../plan/plan.ts";
import { plannedTopology } from "../../plan/topology.ts";
import { planCountry } from "../../stacks/country-plan.ts";
import { admissionPlaces } from "./admission-places.ts";
import {
  chartSettings,
  type MarkedPlace,
  markedCountry,
  markedCountryFile,
  markedPlaces,
  namespaceMark,
  withDefaults,
  withValues,
  zonePlaces,
  zonesMark,
} from "./chart-settings.ts";
import { chartFile, helpersFile, notesFile, readmeFile, stackName } from "./chart-texts.ts";
import { chartValues, countryFile, defaultsFile, schemaFile } from "./chart-values.ts";
import { noValues, withDerived } from "./derived-values.ts";
import { type ImageReferences, ObjectTemplate, UntemplatedDifferenceError } from "./template-object.ts";
import { action, type Branch, blockAction, literal, plainTemplate, templateText } from "./template-text.ts";
import { topologyCheck } from "./topology-check.ts";

/** In the programs' ConfigMap. */
const countryFileName = "country.json";

/** What `helm uninstall` leaves: the data of the namespace, and the key without which no backup can be read. */
export const keepAnnotation = { "helm.sh/resource-policy": "keep" } as const;

/**
 * @param version of the kit, and of the chart.
 * @returns text by file name within the chart's folder; `values-<country>.yaml` and `operators/<country>/` are the country's,
 * the rest is the chart.
 * @throws InputError when the file lacks what a cluster needs.
 */
export async function helmChart(loaded: LoadedCountry, version: string): Promise<Manifests> {
  const { country } = loaded;
  const settings = chartSettings(country);
  const plan = await planCountry(loaded, "kubernetes", version);
  const marked = await planCountry(markedCountry(loaded, settings), "kubernetes", version);
  const derived = noValues();
  const images: ImageReferences = new Map();
  const templates = objectTemplates();
  const notes = (plan.outputs.notes ?? []) as readonly string[];
  const values = chartValues(country, settings, images, derived, notes);
  const files: [string, string][] = [
    ...templates,
    ...randomSecrets(plan).map(secretTemplate),
    ["Chart.yaml", chartFile(version)],
    ["values.yaml", defaultsFile(values)],
    ["values.schema.json", schemaFile(values)],
    [`values-${stackName(plan)}.yaml`, countryFile(values)],
    ["templates/_helpers.tpl", helpersFile(images)],
    ["templates/topology-check.yaml", topologyCheck(plannedTopology(plan), "broker-settings")],
    ["templates/NOTES.txt", notesFile(marked, settings)],
    ["README.md", readmeFile(values)],
    [".helmignore", "operators/\nsecrets.sh\nvalues-*.yaml\n.rollout-manifests\n"],
    ...chartScripts(plan),
  ];
  return new Map(files.sort(([a], [b]) => (a < b ? -1 : 1)));

  function objectTemplates(): [string, string][] {
    const places = markedPlaces(settings);
    const twins = new Map(
      [...orderedObjects(marked).values()].map((object) => [withDefaults(fileOf(object), places), object]),
    );
    return [...orderedObjects(plan).values()].map((object) => {
      const twin = twins.get(fileOf(object));
      if (twin === undefined)
        throw new UntemplatedDifferenceError(
          `${shownName(object)} exists only with the settings of the file.`,
        );
      // Where a name contains the namespace, the file's name does not: it is the same in every country.
      const file = withDefaults(fileOf(twin).replace(`${namespaceMark}-`, ""), places);
      return [file, objectTemplate(object, twin)];
    });
  }

  function objectTemplate(object: PlannedResource, twin: PlannedResource): string {
    const kind = kindOf(object);
    const places = placesOf(object);
    const zones = zonesMark(country);
    const template = new ObjectTemplate(settings, otherwise(object, places), images, { places, zones });
    const tree = template.of(manifestOf(object), withCountry(object, twin), `${kind} ${shownName(object)}`);
    const text = templateText(withDerived(kind, withLocalisation(withKeep(kind, tree)), derived));
    return kind === "Namespace" ? onlyIf(".Values.createNamespace", text) : text;
  }

  function placesOf(object: PlannedResource): readonly MarkedPlace[] {
    if (kindOf(object) !== "ValidatingAdmissionPolicy")
      return [...markedPlaces(settings), ...zonePlaces(country)];
    const policy = String(at(object.properties, "metadata", "labels", "rollout/policy"));
    derived.admission[policy] ??= {};
    return admissionPlaces(settings, country, policy, derived.admission[policy]);
  }

  /** Where the plan does more with its settings than writing them into a text. */
  function otherwise(object: PlannedResource, places: readonly MarkedPlace[]) {
    return (path: string, planned: string, marked: string): string | undefined => {
      // A digest of texts: the template computes another one when a setting changes the texts.
      if (path.endsWith("rollout/configuration")) {
        derived.configuration[shownName(object)] = planned;
        return action(`include "rollout.configuration" (list . "${shownName(object)}")`);
      }
      const name = /^(migration-.+-)([0-9a-f]{10})$/.exec(planned);
      if (kindOf(object) === "Job" && path === "metadata.name" && name !== null) {
        derived.migration = name[2]!;
        return `${name[1]}${action('include "rollout.migration" .')}`;
      }
      if (kindOf(object) !== "ValidatingAdmissionPolicy") return undefined;
      // A rule that the plan has only with a registry, or only without one.
      const asInFile = `${action('if include "rollout.asInFile" .')}${literal(planned)}`;
      return `${asInFile}${action("else")}${withValues(marked, places)}${action("end")}`;
    };
  }

  /** The country's file and its languages go to the values, as texts that are templates themselves. */
  function withLocalisation(tree: Branch): Branch {
    const data = tree.data as Record<string, string> | undefined;
    if (data?.[countryFileName] === undefined) return tree;
    derived.localisation = Object.fromEntries(
      Object.entries(data).map(([name, text]) => [name, plainTemplate(text)]),
    );
    return { ...tree, data: blockAction("(tpl (toYaml .Values.localisation) . | fromYaml)") };
  }
}

/** Next to the chart, for those who use it: neither is part of it. */
function chartScripts(plan: Plan): [string, string][] {
  return [...scripts(plan)].map(([name, text]) =>
    name === "secrets.sh"
      ? [name, forAnyNamespace(text, plan)]
      : [name.replace("operators/", `operators/${stackName(plan)}/`), text],
  );
}

function forAnyNamespace(script: string, plan: Plan): string {
  const namespace = randomSecrets(plan)[0]!.namespace;
  return script
    .replaceAll(`kubectl -n ${namespace} `, 'kubectl -n "$namespace" ')
    .replace("set -eu\n", `set -eu\nnamespace=\${1:?Give the namespace, as in: sh secrets.sh rollout}\n`);
}

/** By kind and name; the name of the namespace is a setting, and a migration's changes with every text of the localisation. */
function fileOf(object: PlannedResource): string {
  const kind = kindOf(object);
  const name = kind === "Namespace" ? "stack" : kind === "Job" ? "migration" : shownName(object);
  return `templates/${kind.toLowerCase()}-${name}.yaml`;
}

function withCountry(object: PlannedResource, twin: PlannedResource): Properties {
  const planned = at(object.properties, "data", countryFileName);
  const marked = manifestOf(twin);
  if (typeof planned !== "string") return marked;
  const data = marked.data as Properties;
  return {
    ...marked,
    data: { ...data, [countryFileName]: markedCountryFile(planned, String(data[countryFileName])) },
  };
}

function withKeep(kind: string, tree: Branch): Branch {
  if (kind !== "Namespace") return tree;
  return { ...tree, metadata: { ...(tree.metadata as Branch), annotations: keepAnnotation } };
}

const onlyIf = (condition: string, text: string) => `{{- if ${condition} }}\n${text}{{- end }}\n`;

/**
 * A Secret that exists is kept as it is. Without access to a cluster, as in `helm template` and Argo CD, no Secret is written:
 * each run would make another one.
 */
function secretTemplate({ object, name, kinds }: ReturnType<typeof randomSecrets>[number]): [string, string] {
  const random = (kind: string) => (kind === "key" ? "randBytes 32" : "randAlphaNum 48");
  const text = templateText({
    apiVersion: "v1",
    kind: "Secret",
    metadata: {
      ...(at(object.properties, "metadata") as Branch),
      namespace: action(".Values.namespace"),
      annotations: keepAnnotation,
    },
    type: "Opaque",
    data: Object.fromEntries(
      Object.entries(kinds).map(([key, kind]) => [
        key,
        action(`dig "data" "${key}" (${random(kind)} | b64enc) $existing`),
      ]),
    ),
  });
  const existing = `{{- $existing := lookup "v1" "Secret" .Values.namespace "${name}" }}\n`;
  const inCluster = onlyIf('lookup "v1" "Namespace" "" "kube-system"', `${existing}${text}`);
  return [fileOf(object), onlyIf(".Values.generateSecrets", inCluster)];
}
