/**
 * The program of the target `kubernetes`: it takes a country and declares the whole stack. A plan runs it in this process, the
 * Automation API and `pulumi up` run it against a cluster; it reads nothing but its argument.
 */

import { Provider } from "@pulumi/kubernetes/provider.js";
import type { Resource } from "@pulumi/pulumi";
import { InputError } from "../../base/kit-error.ts";
import { kitPath } from "../../base/package-root.ts";
import type { OperatorName } from "../../components/operators.ts";
import type { StackContext } from "../../components/pod.ts";
import { RelationalStore } from "../../components/relational-store.ts";
import { sizeStack } from "../../components/sizing.ts";
import { StackRoot } from "../../components/stack-root.ts";
import type { Country } from "../../localisation/schema/country.ts";
import { allowedEndpoints } from "./endpoints.ts";
import { checkIngress, machinePort } from "./ingress-settings.ts";
import { notes } from "./notes.ts";
import { clusterParts, type DeclaredRelationalStore } from "./parts.ts";
import { providerSettings } from "./provider-settings.ts";
import type { KubernetesSettings, StackInput, StackOutputs } from "./stack.ts";

/** @throws InputError */
export function kubernetesStack(input: StackInput): StackOutputs {
  const { country } = input;
  const cluster = country.hosting.kubernetes;
  if (cluster === undefined)
    throw new InputError(
      "The file describes no cluster.",
      `Add hosting.kubernetes with at least its domain; ${kitPath("docs/localisation.md")} lists the fields.`,
    );
  checkIngress(country, cluster);
  const { namespace, domain } = cluster;
  const { destination } = country.hosting.backup;
  const provider = new Provider("cluster", {
    ...(cluster.context !== undefined && { context: cluster.context }),
    ...providerSettings,
  });
  const root = new StackRoot(country.country.toLowerCase(), { provider });
  clusterParts(input, {
    kind: "kubernetes",
    parent: root,
    settings: cluster,
    operators: operatorsToInstall(cluster, destination !== undefined),
    endpoints: allowedEndpoints(country),
    relationalStore: { declare: (context, ready) => createRelationalStore(input, root, context, ready) },
    ...(destination && { backup: backupDestination(destination) }),
    flows: [],
    loadBalancer: {},
  });
  return {
    webAddress: `https://${domain}`,
    mqttAddress: `mqtts://mqtt.${domain}:${machinePort(cluster)}`,
    namespace,
    notes: notes(country, cluster),
  };
}

function createRelationalStore(
  { country }: StackInput,
  parent: StackRoot,
  context: StackContext,
  ready: Resource[],
): DeclaredRelationalStore {
  const { destination, at, retention } = country.hosting.backup;
  const resource = new RelationalStore(
    "relational-store",
    {
      context,
      size: sizeStack(country, context.placement.zones.length).relational,
      ...(destination && { backup: { ...destination, at, timezone: country.timezone, retention } }),
    },
    { parent, dependsOn: ready },
  );
  return { resource, connection: resource.connection };
}

type Destination = NonNullable<Country["hosting"]["backup"]["destination"]>;

function backupDestination({ endpoint, bucket, folder, region, authority, credentialsSecret }: Destination) {
  return {
    access: "secret" as const,
    folder,
    address: `${endpoint.replace(/\/$/, "")}/${bucket}/`,
    ...(region !== undefined && { region }),
    ...(authority !== undefined && { authority }),
    credentialsSecret,
  };
}

function operatorsToInstall({ operators }: KubernetesSettings, withBackups: boolean): OperatorName[] {
  return [
    ...(operators.certManager === "install" ? (["certManager"] as const) : []),
    ...(operators.cloudNativePg === "install"
      ? (["cloudNativePg", ...(withBackups ? (["barmanCloud"] as const) : [])] as const)
      : []),
  ];
}
