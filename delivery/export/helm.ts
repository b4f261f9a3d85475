/**
 * A country's plan as a Helm chart: with its default values `helm template` gives the plan's objects, and each setting
 * reaches every place that it reaches in the plan. Random secrets are made in the cluster and kept by upgrades.
 */
import { type ImageName, publicRegistry } from "../../components/images.ts";
import type { LoadedCountry } from "../../localisation/load.ts";
import { type Manifests, manifestOf, orderedObjects, randomSecrets, scripts } from "../../plan/manifests.ts";
import { at, kindOf, type PlannedResource, type Properties, shownName } from "../../plan/plan.ts";
import { planCountry } from "../../stacks/country-plan.ts";
import {
  chartSettings,
  markedCountry,
  markedCountryFile,
  markedPlaces,
  type Setting,
} from "./chart-settings.ts";
import { chartFile, helpersFile, notesFile, readmeFile } from "./chart-texts.ts";
import { chartValues, schemaFile, valuesFile } from "./chart-values.ts";
import { ObjectTemplate, UntemplatedDifferenceError, withSettings } from "./template-object.ts";
import { action, literal, type Tree, templateText } from "./template-text.ts";
import { type ChartAmounts, withAmounts } from "./workload-amounts.ts";

/** In the programs' ConfigMap. */
const countryFileName = "country.json";

/** What `helm uninstall` leaves: the data of the namespace, and the key without which no backup can be read. */
export const keepAnnotation = { "helm.sh/resource-policy": "keep" } as const;

/**
 * @param version of the kit, and of the chart.
 * @returns text by file name within the chart's folder.
 * @throws InputError when the file lacks what a cluster needs.
 */
export async function helmChart(loaded: LoadedCountry, version: string): Promise<Manifests> {
  const settings = chartSettings(loaded.country);
  const plan = await planCountry(loaded, "kubernetes", version);
  const marked = await planCountry(markedCountry(loaded, settings), "kubernetes", version);
  const images = new Map<ImageName, string>();
  const amounts: ChartAmounts = { resources: {}, replicas: {}, autoscaling: {}, quota: {} };
  const files = new Map<string, string>();
  const twins = new Map(
    [...orderedObjects(marked).values()].map((object) => [identity(object, settings), object]),
  );
  for (const object of orderedObjects(plan).values()) {
    const twin = twins.get(identity(object, settings));
    if (twin === undefined)
      throw new UntemplatedDifferenceError(
        `${shownName(object)} is there only while the settings are the file's.`,
      );
    const template = new ObjectTemplate(settings, otherwise(object, settings), images);
    const tree = template.of(
      manifestOf(object),
      withCountry(object, twin),
      `${kindOf(object)} ${shownName(object)}`,
    );
    const text = templateText(withAmounts(kindOf(object), withKeep(object, tree), amounts));
    files.set(
      fileOf(object),
      kindOf(object) === "Namespace" ? onlyIf(".Values.createNamespace", text) : text,
    );
  }
  for (const { object, name, kinds } of randomSecrets(plan)) {
    const metadata = {
      ...(at(object.properties, "metadata") as object),
      namespace: action(".Values.namespace"),
    };
    files.set(fileOf(object), secretTemplate(name, metadata, kinds));
  }
  const values = chartValues(loaded.country, settings, [...images.keys()].sort(), amounts);
  files.set("Chart.yaml", chartFile(plan, loaded.country, version));
  files.set("values.yaml", valuesFile(values));
  files.set("values.schema.json", schemaFile(values));
  files.set(
    "templates/_helpers.tpl",
    helpersFile(
      settings,
      imageTable(images),
      loaded.country.hosting.kubernetes?.imageDigests.application ?? "",
      amounts,
    ),
  );
  files.set("templates/NOTES.txt", notesFile(plan, marked, settings));
  files.set("README.md", readmeFile(plan, values));
  // Beside the chart, for those who use it: neither is part of it.
  for (const [name, text] of scripts(plan)) files.set(name, text);
  files.set(".helmignore", "operators/\nsecrets.sh\n.rollout-manifests\n");
  return new Map([...files].sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** By kind and name; the name of the namespace is a setting, and a migration's changes with every text of the localisation. */
function fileOf(object: PlannedResource): string {
  const kind = kindOf(object);
  const name = kind === "Namespace" ? "stack" : kind === "Job" ? "migration" : shownName(object);
  return `templates/${kind.toLowerCase()}-${name}.yaml`;
}

const identity = (object: PlannedResource, settings: readonly Setting[]) =>
  markedPlaces(settings).reduce(
    (text, { mark, byDefault }) => text.replaceAll(mark, byDefault),
    fileOf(object),
  );

/** What the plan computes of its settings in another way than by writing them into a text. */
function otherwise(object: PlannedResource, settings: readonly Setting[]) {
  return (path: string, planned: string, marked: string): string | undefined => {
    // Of its own texts: the template computes another when a setting changes the texts.
    if (path.endsWith("rollout/configuration"))
      return action(`include "rollout.configuration" (list . "${planned}")`);
    const name = /^(migration-.+-)([0-9a-f]{10})$/.exec(planned);
    if (kindOf(object) === "Job" && path === "metadata.name" && name !== null)
      return `${name[1]}${action(`include "rollout.migration" (list . "${name[2]}")`)}`;
    // Sorted and without doubles: with other values the same rule stands there in another order.
    if (kindOf(object) === "ValidatingAdmissionPolicy")
      return [
        ...[action('if include "rollout.asInFile" .'), literal(planned)],
        ...[action("else"), withSettings(marked, settings, `${kindOf(object)} `), action("end")],
      ].join("");
    return undefined;
  };
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

function withKeep(object: PlannedResource, tree: { readonly [key: string]: Tree }) {
  if (kindOf(object) !== "Namespace") return tree;
  const metadata = tree.metadata as { readonly [key: string]: Tree };
  return { ...tree, metadata: { ...metadata, annotations: keepAnnotation } };
}

/** Without the registry: it is one of the settings. */
function imageTable(images: ReadonlyMap<ImageName, string>) {
  return [...images]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, reference]) => ({ name, reference, registry: publicRegistry(name) ?? "localhost" }));
}

const onlyIf = (condition: string, text: string) => `{{- if ${condition} }}\n${text}{{- end }}\n`;

/**
 * Kept as it is where it exists. Without a cluster to look into, as in `helm template` and Argo CD, no Secret is written:
 * each run would make others.
 */
function secretTemplate(name: string, metadata: object, kinds: Readonly<Record<string, string>>): string {
  const random = (kind: string) => (kind === "key" ? "randBytes 32" : "randAlphaNum 48");
  const text = templateText({
    apiVersion: "v1",
    kind: "Secret",
    metadata: { ...(metadata as { [key: string]: Tree }), annotations: keepAnnotation },
    type: "Opaque",
    data: Object.fromEntries(
      Object.entries(kinds).map(([key, kind]) => [
        key,
        action(`dig "data" "${key}" (${random(kind)} | b64enc) $existing`),
      ]),
    ),
  });
  const existing = `{{- $existing := lookup "v1" "Secret" .Values.namespace "${name}" }}\n`;
  return onlyIf(
    ".Values.generateSecrets",
    `${onlyIf('lookup "v1" "Namespace" "" "kube-system"', `${existing}${text}`)}`,
  );
}
