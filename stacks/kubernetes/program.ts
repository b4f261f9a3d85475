/**
 * The program of the target `kubernetes`: a country in, the whole stack out. The plan runs it in the process, the
 * Automation API and `pulumi up` run it against a cluster; it reads nothing but its argument.
 */

import { Provider } from "@pulumi/kubernetes/provider.js";
import { InputError } from "../../base/kit-error.ts";
import { kitPath } from "../../base/package-root.ts";
import type { OperatorName } from "../../components/operators.ts";
import { RelationalStore } from "../../components/relational-store.ts";
import { sizeStack } from "../../components/sizing.ts";
import { StackRoot } from "../../components/stack-root.ts";
import { allowedEndpoints } from "./endpoints.ts";
import { notes } from "./notes.ts";
import { clusterParts, ingressSettings, machinePort } from "./parts.ts";
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
  // What the file lacks shows before anything is declared.
  ingressSettings(country, cluster);
  const { namespace, domain } = cluster;
  const { destination, at, retention } = country.hosting.backup;
  const size = sizeStack(country, cluster.zones.length).relational;

  const provider = new Provider("cluster", {
    ...(cluster.context !== undefined && { context: cluster.context }),
    ...providerSettings,
  });
  const root = new StackRoot(country.country.toLowerCase(), { provider });
  clusterParts(input, {
    parent: root,
    settings: cluster,
    operators: operatorsToInstall(cluster, destination !== undefined),
    endpoints: allowedEndpoints(country),
    relationalStore: {
      declare: (context, ready) => {
        const resource = new RelationalStore(
          "relational-store",
          {
            context,
            size,
            ...(destination && { backup: { ...destination, at, timezone: country.timezone, retention } }),
          },
          { parent: root, dependsOn: ready },
        );
        return { resource, connection: resource.connection };
      },
    },
    ...(destination && {
      backup: {
        access: "secret" as const,
        address: `${destination.endpoint.replace(/\/$/, "")}/${destination.bucket}/`,
        ...(destination.region !== undefined && { region: destination.region }),
        credentialsSecret: destination.credentialsSecret,
      },
    }),
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

function operatorsToInstall({ operators }: KubernetesSettings, withBackups: boolean): OperatorName[] {
  return [
    ...(operators.certManager === "install" ? (["certManager"] as const) : []),
    ...(operators.cloudNativePg === "install"
      ? (["cloudNativePg", ...(withBackups ? (["barmanCloud"] as const) : [])] as const)
      : []),
  ];
}
