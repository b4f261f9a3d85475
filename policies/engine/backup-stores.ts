/**
 * Stores of backups whose address no setting names: providers in operators' objects, and the commands and settings of backup
 * tools. From the documentation of Velero, k8up, CloudNativePG, Longhorn, Kasten, restic, rclone, WAL-G, pgBackRest, Barman,
 * clickhouse-backup and the clouds' command lines; written from knowledge of them, not compared with their documentation.
 */
import { awsRegions } from "../../localisation/cloud-geography.ts";
import { formatPath } from "../../localisation/problem.ts";
import { hostsIn } from "../resources/hosts.ts";
import { rememberTexts } from "../resources/last.ts";
import { objectsBelow, type SettingsText, settingsTexts } from "../resources/program-settings.ts";
import { isObject, type JsonObject, type Resource, typeToken } from "../resources/resource.ts";
import type { PolicyContext } from "./context.ts";

export interface ForeignStore {
  readonly path: string;
  readonly value: string;
  /** `Google Cloud`. */
  readonly where: string;
}

const names: readonly (readonly [pattern: RegExp, where: string])[] = [
  [/^(gs|gcs|gcp|google\w*|.*\/gcp|gcsbucket)$/i, "Google Cloud"],
  [/^(az|azure\w*|azblob|.*azure|wasbs?|abfss?)$/i, "Azure"],
  [/^(b2|backblaze)$/i, "Backblaze"],
  [/^(swift|openstack|.*openstack)$/i, "a store of OpenStack"],
  [/^(alibabacloud|oss|alioss|.*alibabacloud)$/i, "Alibaba Cloud"],
  [/^(dropbox|drive|gdrive|onedrive|box|mega|storj|pcloud|rclone)$/i, "a cloud drive"],
  [
    /^(digitalocean|.*digitalocean.*|linode|ibm|oci|oracle|cos|obs|bos|tencentcloud|huaweicloud|.*vsphere)$/i,
    "a cloud's own store",
  ],
];

export const cloudOf = (name: string): string | undefined =>
  names.find(([pattern]) => pattern.test(name))?.[1];

/** In any object: keys that are a provider and hold its settings. */
const providerKeys =
  /^(b2|gcs|gs|azure|azblob|swift|googleCredentials|azureCredentials|google|gcp|oss|cos|obs)$/;
const providerTexts = /^(provider|objectStoreType|storageType|backend|remote_storage|repo\d*-type|type)$/i;

/** Providers in an operator's object. */
export function providersOf({ properties }: Resource, context: PolicyContext): ForeignStore[] {
  const spec = isObject(properties.spec) ? properties.spec : {};
  return [...objectsBelow(spec, ["spec"])].flatMap(({ object, segments }) =>
    Object.entries(object).flatMap(([key, value]): ForeignStore[] => {
      const path = formatPath([...segments, key]);
      if (isObject(value) && providerKeys.test(key)) {
        const where = cloudOf(key.replace("Credentials", "")) ?? "another cloud";
        return hasOwnHost(value, context) ? [] : [{ path, value: key, where }];
      }
      if (isObject(value) && key === "s3" && isStore(value))
        return hasOwnHost(value, context) || namesRegion(value) || onAws(context)
          ? []
          : [{ path, value: key, where: "AWS" }];
      if (typeof value !== "string") return [];
      if (providerTexts.test(key)) {
        const where = cloudOf(value);
        if (where !== undefined && !hasOwnHost(object, context)) return [{ path, value, where }];
        if (
          /(^|\/)aws$/.test(value) &&
          !hasOwnHost(object, context) &&
          !namesRegion(object) &&
          !onAws(context)
        )
          return [{ path, value, where: "AWS" }];
      }
      return schemesOf(value, object, path, context);
    }),
  );
}

const isStore = (value: JsonObject): boolean =>
  Object.keys(value).some((key) => /bucket|endpoint/i.test(key));
const onAws = ({ country }: PolicyContext): boolean => country.hosting.target === "aws";

/** `gs://copies`, `azblob://copies`, `s3://copies@eu-west-1/`. */
function schemesOf(value: string, object: JsonObject, path: string, context: PolicyContext): ForeignStore[] {
  const [, scheme, region] = /^([a-z][a-z0-9+]{1,20}):\/\/(?:[^@/\s]+@([a-z0-9-]+))?/.exec(value) ?? [];
  const server = /^(?:nfs|cifs|smb|sftp|ftps?):\/\/(?:[^@/]*@)?([^/:]+)/.exec(value)?.[1];
  if (server !== undefined && context.outside(server) !== undefined)
    return [{ path, value: server, where: `${context.outside(server)}` }];
  if (scheme === undefined || /^(https?|nfs|cifs|smb|file|tcp|s?ftps?)$/.test(scheme)) return [];
  const where = cloudOf(scheme);
  if (where !== undefined) return [{ path, value: `${scheme}://`, where }];
  if (scheme !== "s3" || region === undefined || hasOwnHost(object, context)) return [];
  return context.isAllowedRegion(region) ? [] : [{ path, value: region, where: `AWS in ${region}` }];
}

/** Whether a setting beside it names a host, and all that it names are allowed. */
function hasOwnHost(object: JsonObject, context: PolicyContext): boolean {
  const found = [...objectsBelow(object)].flatMap(({ object: each }) =>
    Object.entries(each).flatMap(([key, value]) =>
      typeof value === "string" &&
      /url|uri|endpoint|server|host/i.test(key) &&
      !/^(s3|gs|azblob|wasbs?|abfss?):/.test(value)
        ? hostsIn({ key: "host", value, path: "" })
        : [],
    ),
  );
  return found.length > 0 && found.every(({ host }) => context.outside(host) === undefined);
}

/** A region that the file does not allow is a violation of its own. */
const namesRegion = (object: JsonObject): boolean =>
  [...objectsBelow(object)].some(({ object: each }) =>
    Object.entries(each).some(
      ([key, value]) => /region/i.test(key) && typeof value === "string" && Object.hasOwn(awsRegions, value),
    ),
  );

const repository =
  /^(?:b2|gs|azure|swift|rclone|onedrive|dropbox):\S+|^s3:(?:https?:\/\/)?s3[\w.-]*\.amazonaws\.com/;

/** Settings of backup tools, by name and value. */
const settings: readonly (readonly [key: RegExp, value: RegExp, where: string])[] = [
  [/^(RESTIC_REPOSITORY|RESTIC_REPO|RESTIC_REPOSITORY2)$/, repository, "a cloud's store"],
  [/^WAL[GE]_(GS|GCS)_PREFIX$/, /./, "Google Cloud"],
  [/^WAL[GE]_AZ_PREFIX$|^AZBLOB_(ACCOUNT_NAME|CONTAINER)$/, /./, "Azure"],
  [/^WALG_(SWIFT|OSS)_PREFIX$/, /./, "a cloud's store"],
  [/^GCS_BUCKET$|^GCS_CREDENTIALS_\w+$/, /./, "Google Cloud"],
  [
    /^(REMOTE_STORAGE|PGBACKREST_REPO\d*_TYPE|BACKUP_STORAGE_TYPE|STORAGE_PROVIDER|BACKUP_PROVIDER)$/,
    /^(gcs|gs|azblob|azure|cos|oss|b2)$/i,
    "a cloud's store",
  ],
  [
    /^RCLONE_CONFIG_\w+_TYPE$/,
    /^(drive|gcs|google cloud storage|dropbox|onedrive|azureblob|b2|box|mega|pcloud|storj)$/i,
    "a cloud's store",
  ],
];

/** Commands that write to a cloud. */
const commands: readonly (readonly [sign: RegExp, where: string])[] = [
  [/\bgsutil\s|\bgcloud\s+(alpha\s+)?storage\s|\bbq\s+(load|insert|cp)\b/, "Google Cloud"],
  [/\bazcopy\s|\baz\s+storage\s/, "Azure"],
  [/\bb2\s+(file\s+)?(upload|sync|copy|upload-file)\b/, "Backblaze"],
  [/\bcloud-provider[\s=]+["']?google/, "Google Cloud"],
  [/\bcloud-provider[\s=]+["']?azure/, "Azure"],
  [/\brestic\b[^\n]{0,200}\s(-r|--repo)[\s=]+["']?(b2|gs|azure|swift|rclone):/, "a cloud's store"],
  [/\brestic\b[^\n]{0,200}\s(-r|--repo)[\s=]+["']?s3:(https?:\/\/)?s3[\w.-]*\.amazonaws/, "AWS"],
  [
    /\b(duplicity|duply|kopia|velero|rclone|gsutil|barman-cloud-\S+|s3fs|pg_dump|tar)\b[^\n]{0,300}\b(gs|b2|azure|azblob|onedrive|dropbox|gdocs|pydrive|swift|mega):\/\//,
    "a cloud's store",
  ],
  [/\bkopia\s+repository\s+(create|connect)\s+(gcs|azure|b2|rclone|gdrive)\b/, "a cloud's store"],
  [/\bossutil\s|\baliyun\s+oss\b/, "Alibaba Cloud"],
  [
    /\boci\s+os\s+object\s|\bibmcloud\s+cos\s|\bcoscmd\s|\bcoscli\s|\bobsutil\s|\bdoctl\s|\bmegaput\b|\bgdrive\s+upload/,
    "a cloud's store",
  ],
];
const commandHints =
  /gsutil|gcloud|\bbq |azcopy|az +storage|b2 |cloud-provider|restic|duplicity|duply|kopia|rclone|:\/\/|ossutil|aliyun|oci os|ibmcloud|cosc|obsutil|doctl|mega|gdrive|aws|s5cmd/;
const awsCommand =
  /\baws\s+(?:--\S{1,60}\s{1,8}\S{1,200}\s{1,8})?s3(?:api)?\s+(?:cp|sync|mv|put-object)\b[^\n]*|\bs5cmd\s[^\n]*/g;

/** Backup tools in the settings and commands of a workload or ConfigMap. */
export function toolsOf(subject: Resource, context: PolicyContext): ForeignStore[] {
  const texts = settingsTexts(subject);
  return texts.flatMap((text): ForeignStore[] => [
    ...settingsFound(text),
    ...commandsFound(text),
    ...remotesFound(text, texts, context),
    ...(commandsOfAws(text.value).length > 0 && usesAws(subject) ? awsFound(text, texts, context) : []),
  ]);
}

function settingsFound(text: SettingsText): ForeignStore[] {
  const { key, value } = text;
  const single = settings.filter(([name, pattern]) => name.test(key) && pattern.test(value));
  const found = single.map(([, , where]): ForeignStore => ({ path: text.path, value: key, where }));
  if (
    found.length > 0 ||
    !/[=:]/.test(value) ||
    !/RESTIC_|WAL[GE]_|REMOTE_STORAGE|_STORAGE|PGBACKREST|RCLONE|GCS_|AZBLOB/.test(value)
  )
    return found;
  for (const [, name = "", set = ""] of value.matchAll(
    /^[ \t]*(?:export[ \t]+)?([A-Z][A-Z0-9_]{3,60})[ \t]*[=:][ \t]*["']?([^\n"']{1,300})/gm,
  )) {
    const hit = settings.find(([pattern, wanted]) => pattern.test(name) && wanted.test(set));
    if (hit !== undefined) found.push({ path: text.path, value: name, where: hit[2] });
  }
  return found;
}

const commandsIn = rememberTexts((text: string): readonly Omit<ForeignStore, "path">[] =>
  commandHints.test(text)
    ? commands.flatMap(([sign, where]) => {
        const found = sign.exec(text)?.[0];
        return found === undefined ? [] : [{ value: found.trim().slice(0, 80), where }];
      })
    : [],
);

const commandsFound = (text: SettingsText): ForeignStore[] =>
  commandsIn(text.value).map((found) => ({ ...found, path: text.path }));

const remote =
  /\brclone\s[^\n|;&]{0,100}?\b(?:copy|copyto|sync|bisync|move|moveto|rcat|mount|serve)\b[^\n|;&]{0,150}?\s["']?([A-Za-z][\w-]*):/;

const remoteIn = rememberTexts((text) => remote.exec(text)?.[1]);

/** A remote of rclone is judged where its settings are; they may be nowhere that is checked. */
function remotesFound(
  text: SettingsText,
  texts: readonly SettingsText[],
  context: PolicyContext,
): ForeignStore[] {
  const { value } = text;
  if (!value.includes("rclone")) return [];
  const name = remoteIn(value);
  if (
    name === undefined ||
    texts.some(({ key }) => new RegExp(`^RCLONE_CONFIG_${name}_(ENDPOINT|HOST|URL)$`, "i").test(key))
  )
    return [];
  const isSet = context.resources
    .ofTypes(["kubernetes:core/*:ConfigMap", "kubernetes:core/*:Secret"])
    .some((one) => settingsTexts(one).some((each) => each.value.includes(`[${name}]`)));
  return isSet
    ? []
    : [
        {
          path: text.path,
          value: `${name}:`,
          where: `the remote ${name} of rclone, whose settings are not among what is checked`,
        },
      ];
}

const commandsOfAws = rememberTexts((text): readonly string[] =>
  text.includes("aws") || text.includes("s5cmd")
    ? [...text.matchAll(awsCommand)].map(([command]) => command)
    : [],
);

const usesAws = ({ type }: Resource): boolean => typeToken(type).kind !== "Secret";

/** `aws s3 cp` without an endpoint goes to AWS, in the region of the command or of a variable. */
function awsFound(
  { value, path }: SettingsText,
  texts: readonly SettingsText[],
  context: PolicyContext,
): ForeignStore[] {
  if (context.country.hosting.target === "aws" && !/--region/.test(value)) return [];
  return commandsOfAws(value).flatMap((command): ForeignStore[] => {
    const region =
      /--region[\s=]+["']?([a-z0-9-]+)/.exec(command)?.[1] ??
      texts.find(({ key }) => /^AWS_(DEFAULT_)?REGION$/.test(key))?.value;
    if (
      /--endpoint(-url)?\b/.test(command) ||
      texts.some(({ key }) => /^AWS_ENDPOINT_URL(_S3)?$|^S3_ENDPOINT_URL$/.test(key))
    )
      return [];
    if (/\bAWS_ENDPOINT_URL|\bS3_ENDPOINT_URL/.test(value)) return [];
    if (region !== undefined && context.isAllowedRegion(region)) return [];
    const where = region !== undefined && Object.hasOwn(awsRegions, region) ? `AWS in ${region}` : "AWS";
    return [{ path, value: command.trim().slice(0, 80), where }];
  });
}
