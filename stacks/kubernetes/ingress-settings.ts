/** How people and machines reach a stack on a cluster, from what the file says. */
import { InputError } from "../../base/kit-error.ts";
import type { PublicIssuer } from "../../components/certificates.ts";
import { gatewayName, type MqttListener, type WebIngress } from "../../components/gateway.ts";
import { ports } from "../../components/ports.ts";
import type { Country } from "../../localisation/schema/country.ts";
import type { ClusterSettings } from "./stack.ts";

/**
 * Refuses a file that lacks what any cluster needs, before a resource is declared.
 * @throws InputError
 */
export function checkIngress(country: Country, settings: ClusterSettings): void {
  publicIssuer(country, settings);
  webIngress(settings);
}

/** Port at which machines reach the broker. A node port that the file leaves to the cluster is not known before `up`. */
export function machinePort({ mqtt }: Pick<ClusterSettings, "mqtt">): number {
  return mqtt.expose === "node-port" && mqtt.nodePort !== undefined ? mqtt.nodePort : ports.broker.mqtts;
}

export function mqttListener({ mqtt }: ClusterSettings): MqttListener {
  if (mqtt.expose === "load-balancer") return { kind: "load-balancer" };
  return { kind: "node-port", ...(mqtt.nodePort !== undefined && { nodePort: mqtt.nodePort }) };
}

/** @throws InputError */
export function publicIssuer(country: Country, { tls, gateway }: ClusterSettings): PublicIssuer {
  if (tls.issuer === "secret") return { kind: "secret", secretName: tls.secretName };
  if (tls.issuer === "own-ca") return { kind: "own-ca" };
  if (tls.acmeServer === undefined)
    throw new InputError(
      "hosting.kubernetes.tls.issuer is acme, and no authority is named.",
      "Add hosting.kubernetes.tls.acmeServer, the authority's directory.",
    );
  return {
    kind: "acme",
    server: tls.acmeServer,
    email: tls.acmeEmail ?? country.programme.operator.email,
    solver:
      gateway.kind === "gateway-api"
        ? { kind: "gateway-api", gateway: gatewayName }
        : { kind: "ingress", ...(gateway.className !== undefined && { className: gateway.className }) },
  };
}

/** @throws InputError */
export function webIngress({ gateway: { kind, className } }: ClusterSettings): WebIngress {
  if (kind === "ingress") return { kind, ...(className !== undefined && { className }) };
  if (className === undefined)
    throw new InputError(
      "hosting.kubernetes.gateway.kind is gateway-api, and no gateway class is named.",
      "Add hosting.kubernetes.gateway.className; `kubectl get gatewayclasses` lists the cluster's.",
    );
  return { kind, className };
}
