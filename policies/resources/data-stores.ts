/** Programs that keep data on a disk, found by the images that run them. */
import { containersOf, podOf, volumesOf } from "./pods.ts";
import { annotationsOf, type Item, objectsAt, textAt } from "./properties.ts";
import type { JsonObject, Resource } from "./resource.ts";

/** Last part of the repository. Caches and search indexes that are filled again are left out. */
const programs = new Set(
  "postgres postgresql postgis timescaledb mysql mysql-server mariadb percona-server mongo mongodb clickhouse clickhouse-server clickhouse-keeper rabbitmq kafka cp-kafka redpanda influxdb questdb victoria-metrics cassandra scylla elasticsearch opensearch minio etcd zookeeper vernemq emqx hivemq-ce hivemq4 eclipse-mosquitto mosquitto nats cockroach tidb couchdb couchbase neo4j arangodb mssql-server".split(
    " ",
  ),
);

export interface DataStore extends Item<JsonObject> {
  readonly program: string;
}

/** Containers of a workload that are such a program. */
export function storesOf(resource: Resource): DataStore[] {
  const { pod } = podOf(resource);
  if (pod === undefined) return [];
  return containersOf(pod).flatMap(({ value, path }) => {
    const program = programOf(textAt(value, "image") ?? "");
    return programs.has(program) && !path.includes("nitContainers") ? [{ value, path, program }] : [];
  });
}

/** Last part of an image's repository. */
export const programOf = (image: string): string =>
  (image.split("@")[0]?.split("/").at(-1) ?? "").split(":")[0]?.toLowerCase() ?? "";

/** Whether it says that it stores data of the country, or runs a program that does. */
export const keepsData = (resource: Resource): boolean =>
  annotationsOf(resource).has("rollout/data-classes") || storesOf(resource).length > 0;

/** Names of the pod's volumes that outlive it. */
export function lastingVolumes(resource: Resource): ReadonlySet<string> {
  const { pod } = podOf(resource);
  const templates = objectsAt(resource.properties, "spec.volumeClaimTemplates").map(
    ({ value }) => textAt(value, "metadata.name") ?? "",
  );
  const volumes = pod === undefined ? [] : volumesOf(pod);
  const lasting = volumes.filter(({ value }) =>
    [
      "persistentVolumeClaim",
      "csi",
      "nfs",
      "iscsi",
      "rbd",
      "cephfs",
      "fc",
      "glusterfs",
      "portworxVolume",
    ].some((kind) => value[kind] !== undefined),
  );
  return new Set([...templates, ...lasting.map(({ value }) => textAt(value, "name") ?? "")]);
}
