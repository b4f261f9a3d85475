/** Images come from the country's registry or from registries that the file names. */

import { every } from "../../cel/cel.ts";
import { isAllowedHost } from "../../cel/hosts.ts";
import { imagesInCel } from "../../cel/images.ts";
import { otherAccount } from "../../engine/accounts.ts";
import type { ResourcePolicy, Violation } from "../../engine/policy.ts";
import { imagesOf } from "../../resources/image.ts";
import { workloads } from "../../resources/pods.ts";

/** Kinds of operators that run an image which their object names. */
export const imageHolders = [
  ...workloads,
  "kubernetes:postgresql.cnpg.io/*:Cluster",
  "kubernetes:postgresql.cnpg.io/*:ImageCatalog",
  "kubernetes:rabbitmq.com/*:RabbitmqCluster",
  "kubernetes:clickhouse.altinity.com/*:ClickHouseInstallation",
  "kubernetes:clickhouse-keeper.altinity.com/*:ClickHouseKeeperInstallation",
  "kubernetes:monitoring.coreos.com/*:Prometheus",
  "kubernetes:monitoring.coreos.com/*:Alertmanager",
  "kubernetes:opentelemetry.io/*:OpenTelemetryCollector",
  "kubernetes:gateway.envoyproxy.io/*:EnvoyProxy",
] as const;

export const imageRegistry: ResourcePolicy = {
  id: "image-registry",
  area: "kubernetes",
  scope: "resource",
  title: "Images come from the country's registry, or from one that the localisation file names.",
  risk: "A foreign registry sees who pulls what and when, can block the stack, and can later serve another image.",
  types: imageHolders,
  severity: "high",
  level: "mandatory",
  dataClasses: ["state"],
  controls: { iso27001: ["A.5.21", "A.8.19"], nist80053: ["SR-3", "SR-4", "CM-11"] },
  remediation:
    "Mirror the image to `hosting.kubernetes.registry`, or register its registry with purpose image-registry.",
  check: (subject, context) =>
    imagesOf(subject).flatMap(({ text, registry, path }): Violation | [] => {
      // Only a number is a port: what else follows a colon belongs to no host that may be known.
      const host = registry.replace(/:\d+$/, "");
      const location = context.locationOf(host);
      const account = /^(\d{12})\.dkr\.ecr\./.exec(host)?.[1];
      if (account !== undefined && location.kind === "allowed-region")
        return (
          otherAccount(
            context,
            account,
            { path, value: text },
            `The image ${text} comes from account ${account}`,
            (own) => `Mirror it to a registry of account ${own}.`,
          ) ?? []
        );
      if (location.kind === "allowed-region" || location.kind === "own") return [];
      if (location.kind === "registered" && location.endpoint.purpose === "image-registry") return [];
      const own = context.country.hosting.kubernetes?.registry;
      return {
        path,
        value: text,
        message: `The image ${text} comes from ${registry}, which is not an image registry of the file.`,
        remediation:
          own === undefined
            ? `Name a registry in the country under hosting.kubernetes.registry, or register ${host} with purpose image-registry.`
            : `Mirror it to ${own}, or register ${host} under residency.endpoints with purpose image-registry.`,
      };
    }),
  admission: {
    types: imagesInCel.types,
    misses:
      "Images that operators' objects name in nested fields, or that operators get as arguments, are checked when their pods are made.",
    rules: (context) => ({
      ...every(
        imagesInCel.list,
        "image",
        `[${imagesInCel.registry("image")}.split(":")[0]].all(host, ${isAllowedHost(
          "host",
          context,
          context.registeredHosts.filter(({ purpose }) => purpose === "image-registry"),
        )})`,
        "image",
      ),
      message: "An image comes from a registry that is not an image registry of the file.",
    }),
  },
  examples: {
    passing: [
      {
        manifests: `
apiVersion: v1
kind: Pod
metadata: { name: app, namespace: rollout }
spec: { containers: [{ name: app, image: registry.example.gov.za/sme/app:1.2.0 }] }`,
      },
    ],
    failing: [
      {
        manifests: `
apiVersion: v1
kind: Pod
metadata: { name: app, namespace: rollout }
spec:
  initContainers: [{ name: wait, image: busybox }]
  containers: [{ name: app, image: quay.io/app/app:1.2.0 }]`,
        findings: `
rollout/Pod/app spec.initContainers[0].image: The image busybox comes from docker.io, which is not an image registry of the file. Mirror it to registry.example.gov.za/sme, or register docker.io under residency.endpoints with purpose image-registry.
rollout/Pod/app spec.containers[0].image: The image quay.io/app/app:1.2.0 comes from quay.io, which is not an image registry of the file. Mirror it to registry.example.gov.za/sme, or register quay.io under residency.endpoints with purpose image-registry.`,
      },
    ],
  },
};
