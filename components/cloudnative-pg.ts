/** The fields that the stack uses of CloudNativePG's kinds (1.30) and its object-store plugin's; the operators publish no types. */
import type { types } from "@pulumi/kubernetes";
import type { Input } from "@pulumi/pulumi";

type Resources = { requests: Record<string, string>; limits: Record<string, string> };

export interface PostgresCluster {
  readonly apiVersion: "postgresql.cnpg.io/v1";
  readonly kind: "Cluster";
  readonly spec: {
    instances: number;
    imageName: Input<string>;
    imagePullPolicy?: "IfNotPresent";
    imagePullSecrets?: { name: string }[];
    inheritedMetadata?: { labels?: Record<string, string>; annotations?: Record<string, string> };
    enableSuperuserAccess: boolean;
    enablePDB: boolean;
    primaryUpdateStrategy: "unsupervised" | "supervised";
    primaryUpdateMethod: "switchover" | "restart";
    bootstrap: {
      initdb: {
        database: string;
        owner: string;
        encoding: string;
        dataChecksums: boolean;
      };
    };
    storage: { size: string; storageClass?: string };
    walStorage: { size: string; storageClass?: string };
    resources: Resources;
    affinity: {
      enablePodAntiAffinity: boolean;
      podAntiAffinityType: "required" | "preferred";
      topologyKey: string;
      nodeSelector?: Record<string, string>;
      nodeAffinity?: types.input.core.v1.NodeAffinity;
    };
    topologySpreadConstraints?: types.input.core.v1.TopologySpreadConstraint[];
    postgresql: {
      parameters: Record<string, string>;
      pg_hba: string[];
      synchronous?: {
        method: "any" | "first";
        number: number;
        dataDurability: "required" | "preferred";
        failoverQuorum: boolean;
      };
    };
    plugins?: { name: string; isWALArchiver: boolean; parameters: Record<string, string> }[];
  };
}

export interface ScheduledBackup {
  readonly apiVersion: "postgresql.cnpg.io/v1";
  readonly kind: "ScheduledBackup";
  readonly spec: {
    cluster: { name: string };
    /** Six fields, seconds first; UTC. */
    schedule: string;
    immediate: boolean;
    backupOwnerReference: "none" | "self" | "cluster";
    method: "plugin";
    pluginConfiguration: { name: string };
  };
}

export interface ObjectStore {
  readonly apiVersion: "barmancloud.cnpg.io/v1";
  readonly kind: "ObjectStore";
  readonly spec: {
    /** Such as "35d". */
    retentionPolicy: string;
    configuration: {
      destinationPath: string;
      endpointURL: string;
      endpointCA?: { name: string; key: string };
      s3Credentials: {
        accessKeyId: { name: string; key: string };
        secretAccessKey: { name: string; key: string };
      };
      wal: { compression: "zstd" | "gzip"; encryption: "AES256"; maxParallel: number };
      data: { compression: "gzip"; encryption: "AES256"; jobs: number };
    };
    instanceSidecarConfiguration: {
      resources: Resources;
      env?: { name: string; value: string }[];
    };
  };
}
