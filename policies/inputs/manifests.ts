/**
 * Kubernetes manifests as resources: files with one or more documents, lists, the output of Helm and Kustomize. They are read as the cluster reads them (YAML 1.1: `yes` is true), so that the verdict is about what would run.
 */
import { type Document, isMap, isSeq, LineCounter, type Node, parseAllDocuments, type Tags } from "yaml";
import { LocalisationError, type Problem } from "../../localisation/problem.ts";
import { displayName, isObject, type Json, type JsonObject, type Resource } from "../resources/resource.ts";
import { depthProblem } from "./depth.ts";

export interface ParsedManifests {
  readonly resources: readonly Resource[];
  readonly problems: readonly Problem[];
}

/** @throws LocalisationError */
export function parseManifests(text: string, file: string): Resource[] {
  const { resources, problems } = parsed(text, file);
  if (problems.length > 0) throw new LocalisationError(problems);
  return [...resources];
}

/**
 * What can be read of a file, and what is wrong with the rest.
 * @param values they are a chart's values, and may be no object of a cluster.
 */
export function parsed(text: string, file: string, values = false): ParsedManifests {
  const lines = new LineCounter();
  const place = (offset: number) => {
    const { line, col } = lines.linePos(offset);
    return { file, line: Math.max(line, 1), column: Math.max(col, 1) };
  };
  const problems: Problem[] = [];
  const resources: Resource[] = [];
  const report = (offset: number, path: string, message: string, remediation: string) =>
    problems.push({ ...place(offset), path, message, remediation });
  for (const document of documentsOf(text, file, lines)) {
    const [wrong] = document.errors;
    if (wrong !== undefined) {
      if (/call stack/i.test(wrong.message)) report(0, "", ...tooDeep);
      else report(wrong.pos[0], "", `${wrong.message.split("\n")[0]}.`, syntaxRemediation(text));
      continue;
    }
    if (document.contents === null) continue;
    const offset = document.contents.range?.[0] ?? 0;
    let value: Json;
    try {
      value = plain(document);
    } catch (error) {
      report(offset, "", `${(error as Error).message}.`, "Replace aliases (*name) by the values.");
      continue;
    }
    const deep = depthProblem(value);
    if (deep !== undefined) report(offset, "", deep, tooDeep[1]);
    else if (value !== null && !(values && !isClusterObject(value)))
      for (const object of objectsOf(value, document.contents, offset))
        resourceOf(object.value, place(object.offset), resources, (message, remediation) =>
          report(object.offset, object.path, message, isTemplate(text) ? render : remediation),
        );
  }
  return { resources, problems };
}

/** The value of a file with one document. @throws LocalisationError */
export function documentIn(text: string, file: string): Json {
  const [document] = documentsOf(text, file, new LineCounter());
  const [wrong] = document?.errors ?? [];
  if (wrong !== undefined)
    throw new LocalisationError([problemAt(file, `${wrong.message.split("\n")[0]}.`, "Correct the YAML.")]);
  return document === undefined ? null : plain(document);
}

const tooDeep = ["The values are nested too deep.", "Check the brackets and the indentation."] as const;

/** Without what Kubernetes reads as text: base-60 numbers, timestamps and types of YAML 1.1 that JSON lacks. */
const asKubernetes = (tags: Tags): Tags =>
  tags.filter((tag) => {
    if (typeof tag === "string") return true;
    return tag.format !== "TIME" && !/timestamp|binary|omap|pairs|set$/.test(tag.tag ?? "");
  });

function documentsOf(text: string, file: string, lineCounter: LineCounter): Document.Parsed[] {
  try {
    const documents = parseAllDocuments(text, {
      version: "1.1",
      customTags: asKubernetes,
      uniqueKeys: true,
      prettyErrors: false,
      logLevel: "silent",
      lineCounter,
    });
    return Array.isArray(documents) ? documents : [];
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new LocalisationError([problemAt(file, ...tooDeep)]);
  }
}

function plain(document: Document.Parsed): Json {
  const value: unknown = document.toJS({ maxAliasCount: 1000 });
  return (value === undefined ? null : value) as Json;
}

const isTemplate = (text: string): boolean => /\{\{[^\n]*\}\}/.test(text);
const render = "This is a template: render it first with `helm template`.";

const syntaxRemediation = (text: string): string =>
  isTemplate(text) ? render : "Correct the YAML; `kubectl apply --dry-run=client -f` reads it the same way.";

interface Found {
  readonly value: Json;
  readonly offset: number;
  readonly path: string;
}

/** The objects of a document; a list gives each of its items. */
function objectsOf(value: Json, node: Node, offset: number): Found[] {
  if (isObject(value) && typeof value.kind === "string" && value.kind.endsWith("List")) {
    const items = value.items;
    if (Array.isArray(items)) {
      const sequence = isMap(node) ? node.get("items", true) : undefined;
      return (items as readonly Json[]).flatMap((item, index) => {
        const child = isSeq(sequence) ? (sequence.items[index] as Node | undefined) : undefined;
        const at = child?.range?.[0] ?? offset;
        const typed = isObject(item) ? { ...typeOfItems(value), ...item } : item;
        return objectsOf(typed, child ?? node, at).map((found) => ({
          ...found,
          path: `items[${index}]${found.path === "" ? "" : `.${found.path}`}`,
        }));
      });
    }
  }
  return [{ value, offset, path: "" }];
}

/** In a `DeploymentList` the items may omit their kind. */
function typeOfItems(list: JsonObject): JsonObject {
  const kind = String(list.kind).slice(0, -"List".length);
  return kind === "" || list.apiVersion === undefined ? {} : { apiVersion: list.apiVersion, kind };
}

type ClusterObject = JsonObject & { readonly apiVersion: string; readonly kind: string };

const isClusterObject = (value: Json): value is ClusterObject =>
  isObject(value) && typeof value.apiVersion === "string" && typeof value.kind === "string";

const isKustomization = (value: Json): boolean =>
  isClusterObject(value) && value.apiVersion.startsWith("kustomize.config.k8s.io/");

function resourceOf(
  value: Json,
  place: { readonly file: string; readonly line: number },
  into: Resource[],
  report: (message: string, remediation: string) => void,
): void {
  const made = /(?:^|\/)(kustomization\.ya?ml|chart\.ya?ml)$/i.exec(place.file)?.[1]?.toLowerCase();
  if (made?.startsWith("chart")) {
    report("This is a Helm chart: what it makes is not here.", "Check what `helm template` prints for it.");
    return;
  }
  if (made !== undefined || isKustomization(value)) {
    report(
      "This is a kustomization: what it makes of the files is not here.",
      "Check what `kubectl kustomize` prints for it.",
    );
    return;
  }
  if (!isClusterObject(value)) {
    report(
      "This is not a Kubernetes object: it has no apiVersion and kind.",
      "Keep other files, such as values of a chart, out of the folder; render charts with `helm template` first.",
    );
    return;
  }
  const { apiVersion, kind } = value;
  const metadata = isObject(value.metadata) ? value.metadata : {};
  if (![metadata.name, metadata.generateName].some((name) => typeof name === "string" && name !== "")) {
    report(`The ${kind} has no name.`, "Add metadata.name.");
    return;
  }
  const group = apiVersion.includes("/") ? apiVersion : `core/${apiVersion}`;
  const type = `kubernetes:${group}:${kind}`;
  const name = displayName(type, "", value);
  into.push({
    type,
    name,
    urn: `urn:manifest::${type}::${name}`,
    properties: value,
    source: { file: place.file, line: place.line },
  });
}

export function problemAt(file: string, message: string, remediation: string): Problem {
  return { file, line: 1, column: 1, path: "", message, remediation };
}
