/** The S3-compatible store to which CloudNativePG's plugin archives the relational store, and from which it recovers it. */
import { backupFolderOf } from "../localisation/backup-folder.ts";
import type { ObjectStore } from "./cloudnative-pg.ts";
import { dataClasses } from "./data-classes.ts";
import { metadata } from "./part.ts";
import { retentionPolicy } from "./schedule.ts";

export interface RelationalBackup {
  /** Address of the S3-compatible store. */
  readonly endpoint: string;
  readonly bucket: string;
  /** Of the stack's backups in the bucket. */
  readonly folder: string;
  readonly region?: string;
  /** PEM, where the store's certificate is not of a public authority. */
  readonly authority?: string;
  /** Secret with `accessKeyId` and `secretAccessKey`. */
  readonly credentialsSecret: string;
  /** Time of day in `timezone`. */
  readonly at: string;
  readonly timezone: string;
  /** ISO 8601. */
  readonly retention: string;
}

const part = "relational-store";

/** Secret with the authority: the plugin reads it from no other kind of object. */
export const authoritySecret = { name: "backup-authority", key: "ca.crt" } as const;

/** @param name of the object. */
export function objectStore(
  namespace: string,
  name: string,
  { bucket, folder, endpoint, region, authority, retention, credentialsSecret }: RelationalBackup,
) {
  return {
    apiVersion: "barmancloud.cnpg.io/v1",
    kind: "ObjectStore",
    metadata: { ...metadata(namespace, name, part), annotations: dataClasses(["backups"]) },
    spec: {
      retentionPolicy: retentionPolicy(retention),
      configuration: {
        destinationPath: `s3://${bucket}/${backupFolderOf(folder, part)}`,
        endpointURL: endpoint,
        ...(authority !== undefined && { endpointCA: { ...authoritySecret } }),
        s3Credentials: {
          accessKeyId: { name: credentialsSecret, key: "accessKeyId" },
          secretAccessKey: { name: credentialsSecret, key: "secretAccessKey" },
        },
        wal: { compression: "zstd", encryption: "AES256", maxParallel: 4 },
        data: { compression: "gzip", encryption: "AES256", jobs: 2 },
      },
      instanceSidecarConfiguration: {
        resources: { requests: { cpu: "100m", memory: "256Mi" }, limits: { memory: "512Mi" } },
        ...(region !== undefined && { env: [{ name: "AWS_DEFAULT_REGION", value: region }] }),
      },
    },
  } as const satisfies ObjectStore & { readonly metadata: object };
}
