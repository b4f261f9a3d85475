/** What the API server asks of an object and no policy looks at: examples leave it out to stay short. */
import type { ClusterObject } from "./api-server.ts";

// biome-ignore lint/suspicious/noExplicitAny: objects of any kind
type Draft = any;

const storage = { requests: { storage: "1Gi" } };

const additions: Readonly<Record<string, (draft: Draft) => void>> = {
  PersistentVolumeClaim: ({ spec }) => {
    spec.accessModes ??= ["ReadWriteOnce"];
    spec.resources ??= storage;
  },
  PersistentVolume: (draft) => {
    draft.spec.capacity ??= { storage: "1Gi" };
    draft.spec.accessModes ??= ["ReadWriteOnce"];
    draft.spec.claimRef ??= { namespace: draft.metadata.namespace, name: "data" };
  },
  Deployment: template,
  DaemonSet: template,
  ReplicaSet: template,
  StatefulSet: (draft) => {
    template(draft);
    draft.spec.serviceName ??= "app";
    for (const claim of draft.spec.volumeClaimTemplates ?? []) {
      claim.spec ??= {};
      claim.spec.accessModes ??= ["ReadWriteOnce"];
      claim.spec.resources ??= storage;
    }
  },
  Job: (draft) => {
    draft.spec.template.spec.restartPolicy ??= "Never";
  },
  CronJob: (draft) => {
    draft.spec.schedule ??= "0 0 * * *";
    draft.spec.jobTemplate.spec.template.spec.restartPolicy ??= "Never";
  },
  Cluster: ({ spec }) => {
    spec.instances ??= 1;
    spec.storage ??= {};
    spec.storage.size ??= "1Gi";
  },
  Service: ({ spec }) => {
    for (const [index, port] of (spec.ports ?? []).entries()) port.name ??= `port-${index}`;
  },
  Issuer: ({ spec }) => {
    if (spec.acme !== undefined) {
      spec.acme.privateKeySecretRef ??= { name: "key" };
      spec.acme.solvers ??= [{ http01: { ingress: {} } }];
    }
    if (spec.vault !== undefined) {
      spec.vault.path ??= "pki";
      spec.vault.auth ??= { tokenSecretRef: { name: "token", key: "token" } };
    }
  },
};

function template({ spec }: Draft): void {
  spec.selector ??= { matchLabels: { app: "app" } };
  spec.template ??= {};
  spec.template.spec ??= { containers: [{ name: "app", image: "app:1" }] };
  spec.template.metadata ??= {};
  spec.template.metadata.labels = { ...spec.template.metadata.labels, ...spec.selector.matchLabels };
}

/** Kinds whose objects belong to no namespace. */
const ofTheCluster = /^(Cluster.+|Namespace|Node|StorageClass)$/;

/** In another namespace; what has none itself is named after it where its name is the namespace's. */
export function completeObject(object: ClusterObject, namespace: string): ClusterObject {
  const draft: Draft = structuredClone(object);
  draft.metadata.namespace = namespace;
  additions[draft.kind]?.(draft);
  if (draft.kind === "Namespace") draft.metadata.name = namespace;
  if (draft.kind === "PersistentVolume" || ofTheCluster.test(draft.kind)) delete draft.metadata.namespace;
  return draft as ClusterObject;
}
