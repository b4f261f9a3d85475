/** The outputs of programs in a resource's settings: what they are called, and their own settings. */
import { formatPath, type PathSegment } from "../../localisation/problem.ts";
import { rememberLast, rememberTexts } from "../resources/last.ts";
import {
  type LocatedObject,
  objectsBelow,
  type ProgramSettings,
  settingsIn,
  settingsTexts,
} from "../resources/program-settings.ts";
import { isObject, type Json, type JsonObject, type Resource, typeToken } from "../resources/resource.ts";
import { type Program, programs } from "./sink-types.ts";

export interface Sink {
  readonly program: Program;
  /** As the program calls it: `datadog_logs`. */
  readonly type: string;
  readonly settings: Json;
  readonly path: string;
}

type Found = Omit<Sink, "path"> & { readonly segments?: readonly PathSegment[] };

const sinksOfText = rememberTexts((text: string): readonly Found[] =>
  settingsIn(text).flatMap((settings) => [...sinksIn(settings, "")]),
);

export const sinksOf = rememberLast((resource: Resource): readonly Sink[] => {
  const { module, kind } = typeToken(resource.type);
  // The settings of these are texts.
  const isPlain = /^(core|apps|batch)\b|^v1$/.test(module);
  const own = isPlain ? [] : [...sinksIn({ format: "properties", root: resource.properties }, kind)];
  const found = [
    ...own.map(({ segments = [], ...sink }): Sink => ({ ...sink, path: formatPath(segments) })),
    ...settingsTexts(resource).flatMap((text) =>
      sinksOfText(text.value).map(
        ({ program, type, settings }): Sink => ({ program, type, settings, path: text.path }),
      ),
    ),
    ...exportersOfVariables(resource),
  ];
  const seen = new Set<string>();
  return found.filter(({ type, path }) => {
    const print = `${path} ${type}`;
    return !seen.has(print) && seen.add(print);
  });
});

/** `OTEL_TRACES_EXPORTER: google_cloud_trace`, and the variables that stand for settings of Grafana. */
const exportersOfVariables = (resource: Resource): Sink[] =>
  settingsTexts(resource).flatMap(({ key, value, path }): Sink[] => {
    if (/^OTEL_(TRACES|METRICS|LOGS)_EXPORTER$/.test(key))
      return value
        .split(/[\s,]+/)
        .map((type) => ({ program: programs.openTelemetrySdk, type, settings: null, path }));
    const login = /^GF_AUTH_(GOOGLE|GITHUB|GITLAB|AZUREAD|OKTA|GRAFANA_COM|GRAFANANET)_ENABLED$/.exec(
      key,
    )?.[1];
    const type = login !== undefined && value === "true" ? login.toLowerCase() : value;
    if (type === value && !(key === "GF_EXTERNAL_IMAGE_STORAGE_PROVIDER" && value !== "local")) return [];
    return [{ program: programs.grafanaContact, type, settings: null, path }];
  });

/** Kinds of operators whose keys below `spec` are types of outputs. */
const outputKinds: Readonly<Record<string, readonly [group: RegExp, program: Program]>> = {
  "fluentbit.fluent.io": [/^(Cluster)?Output$/, programs.fluentOperator],
  "logging.banzaicloud.io": [/^(Cluster)?Output$/, programs.loggingOperator],
};

/** The outputs that an operator's own object is. */
export function sinksOfSpec(resource: Resource): readonly Sink[] {
  const { module, kind } = typeToken(resource.type);
  const [kinds, program] = outputKinds[module.split("/")[0] ?? ""] ?? [];
  const { spec } = resource.properties;
  if (kinds === undefined || program === undefined || !kinds.test(kind) || !isObject(spec)) return [];
  return Object.entries(spec).map(([type, settings]) => ({
    program,
    type,
    settings: settings ?? null,
    path: `spec.${type}`,
  }));
}

function* sinksIn({ format, root }: ProgramSettings, kind: string): Generator<Found> {
  if (format === "angle" || format === "braces") yield* sinksOfBlocks(root, "");
  else if (format === "sections") yield* sinksOfSections(root as readonly JsonObject[]);
  else for (const located of objectsBelow(root)) yield* sinksOfObject(located, kind);
}

function* sinksOfObject({ object, segments, key }: LocatedObject, kind: string): Generator<Found> {
  for (const [name, value] of Object.entries(object)) {
    const at = [...segments, name];
    if (isObject(value) || Array.isArray(value)) {
      for (const read of readers) yield* read({ name, value: value as Json, object, at, key, kind });
    } else if (typeof value === "string") yield* sinkOfText(name, value, object, at);
  }
}

interface Entry {
  readonly name: string;
  readonly value: Json;
  /** That has the entry. */
  readonly object: JsonObject;
  readonly at: readonly PathSegment[];
  /** Of the object. */
  readonly key: string;
  readonly kind: string;
}

const readers: readonly ((entry: Entry) => Generator<Found>)[] = [
  function* vector({ name, value, at }) {
    if (name !== "sinks" || !isObject(value)) return;
    for (const [sink, settings] of Object.entries(value))
      if (isObject(settings) && typeof settings.type === "string")
        yield { program: programs.vector, type: settings.type, settings, segments: [...at, sink, "type"] };
  },
  function* openTelemetry({ name, value, object, at }) {
    if (!isObject(value) || !(name === "exporters" || (name === "extensions" && "exporters" in object)))
      return;
    const program = name === "exporters" ? programs.openTelemetry : programs.openTelemetryExtension;
    const entries = Object.entries(value);
    if (!entries.every(([, settings]) => settings === null || isObject(settings))) return;
    for (const [exporter, settings = null] of entries)
      yield { program, type: exporter.split("/")[0] ?? "", settings, segments: [...at, exporter] };
  },
  function* outputs({ name, value, object, at, key, kind }) {
    if (name !== "outputs" && name !== "output") return;
    if (Array.isArray(value))
      for (const [index, output] of (value as readonly Json[]).entries())
        if (isObject(output)) yield* outputOfList(output, [...at, index], key, kind);
    if (!isObject(value)) return;
    const isTelegraf = "inputs" in object || "agent" in object;
    for (const [type, settings] of Object.entries(value)) {
      const segments = [...at, type];
      if (name === "outputs" && Array.isArray(settings))
        yield { program: open(programs.telegraf, isTelegraf), type, settings: settings as Json, segments };
      else if (isObject(settings) && typeof settings.type === "string")
        yield { program: programs.beats, type: settings.type, settings, segments };
      else if (isObject(settings))
        yield {
          program: open(
            programs.beats,
            Object.keys(object).some((one) => one.includes("beat")),
          ),
          type,
          settings,
          segments,
        };
    }
  },
  function* beats({ name, value, at }) {
    const type = /^output\.(\w+)$/.exec(name)?.[1];
    if (type !== undefined) yield { program: programs.beats, type, settings: value, segments: at };
  },
  function* elasticCloud({ name, value, at }) {
    if (name === "cloud" && isObject(value) && "id" in value && "auth" in value)
      yield { program: programs.beats, type: "cloud.id", settings: null, segments: at };
  },
  function* alertmanager({ name, value, object, at, key }) {
    const type = /^(\w+?)(_configs|Configs)$/.exec(name)?.[1];
    if (type === undefined || key !== "receivers" || !("name" in object)) return;
    for (const [index, settings] of (Array.isArray(value) ? (value as readonly Json[]) : []).entries())
      yield { program: programs.alertmanager, type, settings, segments: [...at, index] };
  },
  function* grafana({ name, value, at, key }) {
    if (name === "datasource" && isObject(value) && typeof value.type === "string")
      yield { program: programs.grafanaData, type: value.type, settings: value, segments: [...at, "type"] };
    const contacts = name === "notifiers" || (name === "receivers" && /^contact_?points$/i.test(key));
    if (!contacts && name !== "datasources") return;
    const program = contacts ? programs.grafanaContact : programs.grafanaData;
    for (const [index, settings] of (Array.isArray(value) ? (value as readonly Json[]) : []).entries())
      if (isObject(settings) && typeof settings.type === "string")
        yield { program, type: settings.type, settings, segments: [...at, index, "type"] };
  },
  function* keda({ name, value, at, kind }) {
    if (name !== "triggers" || !kind.startsWith("Scaled") || !Array.isArray(value)) return;
    for (const [index, trigger] of (value as readonly Json[]).entries())
      if (isObject(trigger) && typeof trigger.type === "string")
        yield {
          program: programs.keda,
          type: trigger.type,
          settings: trigger,
          segments: [...at, index, "type"],
        };
  },
  function* istio({ name, value, at, kind }) {
    const isMesh = name === "extensionProviders";
    if (!Array.isArray(value) || !(isMesh || (name === "providers" && kind === "Telemetry"))) return;
    for (const [index, provider] of (value as readonly Json[]).entries()) {
      if (!isObject(provider)) continue;
      const type = isMesh ? Object.keys(provider).find((key) => key !== "name") : provider.name;
      if (typeof type === "string")
        yield { program: programs.istio, type, settings: provider, segments: [...at, index] };
    }
  },
  function* objectStore({ name, value, at }) {
    if (!isObject(value) || !cloudStores.test(name)) return;
    if (Object.keys(value).some((field) => /bucket|container|account_?name/i.test(field)))
      yield { program: programs.objectStore, type: name, settings: value, segments: at };
  },
];

const cloudStores = /^(gcs|gcp|google|azure|azblob|azure_?blob|azure_?storage|s3|aws|bos|oss|cos|oci|b2)$/i;
const open = (program: Program, closed: boolean): Program => ({
  ...program,
  closed: closed && program.closed,
});

/** An output in a list: of Fluent Bit by `name`, of OpenShift by `type`, of Telegraf's chart by its only key. */
function* outputOfList(
  output: JsonObject,
  segments: readonly PathSegment[],
  key: string,
  kind: string,
): Generator<Found> {
  const { type, name } = output;
  if (typeof type === "string") {
    const program = open(programs.openshift, kind === "ClusterLogForwarder");
    yield { program, type, settings: output, segments: [...segments, "type"] };
  } else if (typeof name === "string") {
    const program = open(programs.fluentBit, key === "pipeline" || "match" in output || "Match" in output);
    yield { program, type: name, settings: output, segments: [...segments, "name"] };
  } else {
    const [only, ...others] = Object.entries(output);
    if (only?.[1] !== undefined && others.length === 0)
      yield { program: open(programs.telegraf, false), type: only[0], settings: only[1], segments };
  }
}

function* sinkOfText(
  name: string,
  value: string,
  object: JsonObject,
  segments: readonly PathSegment[],
): Generator<Found> {
  const key = name.toLowerCase();
  if (key === "type" && Array.isArray(object.inputs))
    // A file that is one sink of Vector.
    yield { program: open(programs.vector, false), type: value, settings: object, segments };
  if (key === "type" && isObject(object.config) && cloudStores.test(value.replace(/^aliyun/i, "")))
    yield { program: programs.objectStore, type: value, settings: object.config, segments };
  if (
    /^(backend|object_store|shared_store|delete_request_store|remote_storage)$/.test(key) &&
    /^(gcs|gcp|google|azure|azblob|bos|cos|alibabacloud)$/i.test(value)
  )
    yield { program: programs.objectStore, type: value, settings: object, segments };
  if (key === "connector.class")
    yield {
      program: programs.kafkaConnect,
      type: value.split(".").at(-1) ?? value,
      settings: object,
      segments,
    };
  if (key === "type" && storesAs(value, object, segments))
    yield { program: programs.objectStore, type: value, settings: object, segments };
  if (/(^|\.)cloud[._]?id$/.test(key) || (key === "id" && /^[\w-]+:[A-Za-z0-9+/=]{20,}$/.test(value)))
    yield { program: programs.beats, type: "cloud.id", settings: null, segments };
}

/** A disk of ClickHouse, or any store with a bucket. */
const storesAs = (type: string, object: JsonObject, segments: readonly PathSegment[]): boolean =>
  (/^(s3|s3_plain|s3_plain_rewritable|azure|azure_blob_storage)$/.test(type) && segments.includes("disks")) ||
  (cloudStores.test(type) && Object.keys(object).some((key) => /bucket|container|account_?name/i.test(key)));

function* sinksOfBlocks(root: Json, around: string): Generator<Found> {
  if (!isObject(root)) return;
  for (const block of (Array.isArray(root.blocks) ? root.blocks : []) as readonly JsonObject[]) {
    const name = String(block.block);
    const written = block["@type"] ?? block.type;
    if (/^(match|store)$/.test(name) && typeof written === "string")
      yield { program: programs.fluentd, type: written, settings: block };
    const exporter = /^otelcol\.exporter\.(\w+)/.exec(name)?.[1];
    if (exporter !== undefined) yield { program: programs.openTelemetry, type: exporter, settings: block };
    if (around === "output" && block.label === "" && /^[a-z]\w*$/.test(name))
      yield { program: programs.logstash, type: name, settings: block };
    if (around === "destination" && /^[a-z][\w-]*$/.test(name))
      yield { program: programs.syslogNg, type: name, settings: block };
    if (typeof block.cloud_id === "string")
      yield { program: programs.beats, type: "cloud.id", settings: null };
    const inside = /^(if|else|unless|channel)$/.test(name) ? around : name;
    yield* sinksOfBlocks(block, inside);
  }
}

function* sinksOfSections(sections: readonly JsonObject[]): Generator<Found> {
  for (const settings of sections) {
    const section = String(settings.section);
    const { name, type, provider, enabled } = settings;
    if (section === "action" && typeof type === "string") yield { program: programs.rsyslog, type, settings };
    else if (section === "exporters" && typeof type === "string")
      yield { program: programs.openTelemetry, type, settings };
    else if (section === "" && typeof settings["connector.class"] === "string")
      yield* sinkOfText("connector.class", settings["connector.class"], settings, []);
    else if (
      (/^output$/i.test(section) || (section === "" && "match" in settings)) &&
      typeof name === "string"
    )
      yield { program: programs.fluentBit, type: name, settings };
    else if (/^sinks\./.test(section) && typeof type === "string")
      yield { program: programs.vector, type, settings };
    else if (/^outputs\.\w+$/.test(section))
      yield { program: programs.telegraf, type: section.slice("outputs.".length), settings };
    else if (section === "external_image_storage" && typeof provider === "string" && provider !== "local")
      yield { program: programs.grafanaContact, type: provider, settings };
    else if (
      /^auth\.(google|github|gitlab|azuread|okta|grafana_com|grafananet)$/.test(section) &&
      enabled === "true"
    )
      yield { program: programs.grafanaContact, type: section, settings };
    else if (typeof type === "string" && rcloneClouds.has(type.toLowerCase().replaceAll(" ", "_")))
      yield { program: { ...programs.objectStore, closed: true }, type, settings };
    if (typeof settings.cloud_id === "string")
      yield { program: programs.beats, type: "cloud.id", settings: null };
    for (const [key, value] of Object.entries(settings)) {
      const [, repository] = /^(repo\d*)-type$/.exec(key) ?? [];
      if (repository === undefined || typeof value !== "string" || !cloudStores.test(value)) continue;
      const own = Object.entries(settings).filter(([one]) => one.startsWith(repository));
      yield { program: programs.objectStore, type: value, settings: Object.fromEntries(own) };
    }
  }
}

/** Remotes of rclone whose address is built in, or comes from the provider or region. */
const rcloneClouds = new Set(
  "s3 b2 box drive dropbox azureblob azurefiles onedrive mega pcloud jottacloud koofr putio protondrive qingstor sharefile storj sugarsync gcs google_cloud_storage google_photos hidrive imagekit internetarchive linkbox mailru netstorage opendrive oracleobjectstorage oos pikpak premiumizeme quatrix seafile yandex zoho".split(
    " ",
  ),
);
