/**
 * Settings of programs in a resource, as trees: its own properties, and each text that is YAML, JSON, TOML, sections
 * (`[OUTPUT]`), fluentd's blocks (`<match>`) or blocks in braces (`output { s3 { … } }`). Reads what it can of a broken text.
 */
import { parse as parseToml } from "smol-toml";
import { parseDocument } from "yaml";
import type { PathSegment } from "../../localisation/problem.ts";
import { readAngleBlocks, readBraceBlocks, readCalls, readSections, readTags } from "./block-settings.ts";
import { rememberLast, rememberTexts } from "./last.ts";
import { jsonIn } from "./properties.ts";
import { isObject, type Json, type JsonObject, type Resource } from "./resource.ts";
import { textsOf } from "./texts.ts";

export type SettingsFormat = "properties" | "tree" | "sections" | "angle" | "braces";

export interface ProgramSettings {
  readonly format: SettingsFormat;
  readonly root: Json;
}

export interface SettingsText {
  readonly value: string;
  /** Name of the file or of the variable. */
  readonly key: string;
  /** The first field of the path. */
  readonly section: string;
  readonly path: string;
}

/** Longer texts are data. */
const maximumLength = 1_000_000;

/** Variables and annotations that say by their name what their value is for. */
const namedSettings =
  /^(RESTIC_|WAL[GE]_|OTEL_|GF_|GCS_|AZBLOB_|REMOTE_|PGBACKREST_|RCLONE_|BACKUP_|STORAGE_|AWS_|S3_)|datadog|newrelic|dynatrace|splunk|instana|honeycomb|cloud/i;

/** Words of outputs, agents, bridges, replicas and backup tools, one of which is in every text that matters here. */
const sendingWords =
  /telegram-send|slackcat|apprise|ntfy|sentry-cli|pushover|wandb|twilio|dd-(java|trace)|-Ddd\.|Datadog\.|ddtrace|datadog|newrelic|applicationinsights|elastic-apm|dynatrace|oneagent|javaagent|splunk|mixpanel|segment|amplitude|hotjar|googletag|google-analytics|shovel|federation|connection |bridge|irror|leafnodes|gateway[ :{]|->|connectors|links|etworkConnector|amqp-connection|replicaof|slaveof|cluster[.-]link|replicationCluster|set-clusters|publication|subscription|replication_slot|recvlogical|receivewal|foreign|dblink|program|pglogical|spock|\bbdr\b|debezium|wal2json|decoderbufs|airbyte|fivetran|stitch|hevo|meltano|gsutil|gcloud|\bbq |azcopy|az +storage|b2 |cloud-provider|restic|duplicity|duply|kopia|rclone|ossutil|aliyun|oci os|ibmcloud|cosc|obsutil|doctl|mega|gdrive|\baws\s|s5cmd|:\/\//i;

/** `DD_API_KEY=` */
const variable = /[A-Z]_[A-Z][A-Z0-9_]{0,60}["']?[ \t]{0,8}[=:]/;

const maySend = rememberTexts(
  (text: string): boolean =>
    text.length >= 6 && (sendingWords.test(text) || variable.test(text) || mayBeSettings(text)),
);

/** Texts that programs read: files, variables, arguments. Secrets and binary files are decoded. */
export const settingsTexts = rememberLast((resource: Resource): readonly SettingsText[] => {
  const encoded = resource.type.endsWith(":Secret") ? "data" : "binaryData";
  return textsOf(resource).flatMap((text): SettingsText[] => {
    const { value, key, section } = text;
    if (section === "status" || value.length > maximumLength) return [];
    const plain = section === encoded ? Buffer.from(value, "base64").toString("utf8") : value;
    if (!namedSettings.test(key) && !maySend(plain)) return [];
    return [
      {
        value: plain,
        key,
        section,
        get path() {
          return text.path;
        },
      },
    ];
  });
});

/** Each program's settings have one of these words where they send, store or connect. */
const words =
  /sinks|exporter|output|OUTPUT|_configs|<match|<store|destination|bucket|container_name|object_store|backend|connector\.class|contactPoints|contact_points|notifiers|datasources|cloud|inputs|type|remote_storage|provider|triggers|\[auth\.|match|exporters::/i;

const mayBeSettings = (text: string): boolean =>
  text.length >= 12 && /[\n{:=]/.test(text) && words.test(text);

/** The settings that a text holds; none where it has no word of an output. */
export function settingsIn(text: string): ProgramSettings[] {
  if (!mayBeSettings(text)) return [];
  const json = /^\s*[[{]/.test(text) ? jsonIn(text) : undefined;
  if (json !== undefined) return [{ format: "tree", root: json }];
  const found: ProgramSettings[] = [];
  const add = (format: SettingsFormat, root: Json | undefined) => {
    if (root !== undefined) found.push({ format, root });
  };
  if (/^[ \t]*(\[{1,2}["\w]|[\w.@-]+[ \t]*=)/m.test(text) || /^[ \t]*name[ \t]+\w/im.test(text)) {
    add("tree", tomlOf(text));
    add("sections", readSections(text));
  }
  const calls = readCalls(text);
  if (calls.length > 0) add("sections", calls);
  if (/^[ \t]*<(match|store)\b/m.test(text)) add("angle", readAngleBlocks(text));
  else if (/^\s*(<\?xml|<!--|<[a-z_]\w*>)/i.test(text) && text.includes("</"))
    return [{ format: "tree", root: readTags(text) }];
  if (
    /^[ \t]*(output|destination|otelcol|loki|prometheus|connectors|actions)\b[^\n:{]*\n?[ \t]*\{/m.test(text)
  )
    add("braces", readBraceBlocks(text));
  if (/^[ \t]*(- *)?["']?[\w.@/-]+["']?[ \t]*:(\s|$)/m.test(text)) add("tree", yamlOf(text));
  return found;
}

function tomlOf(text: string): Json | undefined {
  try {
    return parseToml(text) as unknown as Json;
  } catch {
    return undefined;
  }
}

function yamlOf(text: string): Json | undefined {
  try {
    // Placeholders of templates stand where a value would: `{{ .Values.key }}`.
    const plain = text.includes("{{") ? text.replaceAll(/\{\{[^{}\n]{0,300}\}\}/g, "template") : text;
    const document = parseDocument(plain, { strict: false, uniqueKeys: false, logLevel: "silent" });
    const value: unknown = document.toJS({ maxAliasCount: 100 });
    return isObject(value) || Array.isArray(value) ? (value as Json) : undefined;
  } catch {
    return undefined;
  }
}

export interface LocatedObject {
  readonly object: JsonObject;
  /** From the top; numbers are places in lists. */
  readonly segments: readonly PathSegment[];
  /** The last key above it. */
  readonly key: string;
}

export function* objectsBelow(
  value: Json | undefined,
  segments: readonly PathSegment[] = [],
  key = "",
): Generator<LocatedObject> {
  if (segments.length > 60) return;
  if (Array.isArray(value)) {
    for (const [index, item] of (value as readonly Json[]).entries())
      if (typeof item === "object" && item !== null) yield* objectsBelow(item, [...segments, index], key);
  } else if (isObject(value)) {
    yield { object: value, segments, key };
    for (const [name, child] of Object.entries(value))
      if (typeof child === "object" && child !== null) yield* objectsBelow(child, [...segments, name], name);
  }
}
