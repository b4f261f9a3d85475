/**
 * How the stack is reached from outside: HTTPS for people, by an Ingress or the Gateway API, and MQTT over TLS for machines,
 * by a load balancer or a node port. Traffic to the web app is encrypted as far as its pod.
 */
import type {
  IBackendTLSPolicy,
  IGateway,
  IHTTPRoute,
} from "@kubernetes-models/gateway-api/gateway.networking.k8s.io/v1";
import { Service } from "@pulumi/kubernetes/core/v1/service.js";
import { Ingress } from "@pulumi/kubernetes/networking/v1/ingress.js";
import { ComponentResource, type ComponentResourceOptions } from "@pulumi/pulumi";
import { customResource } from "./custom-resource.ts";
import { metadata, selectorLabels } from "./part.ts";
import { ports } from "./ports.ts";

export type WebIngress =
  | { readonly kind: "ingress"; readonly className?: string }
  | { readonly kind: "gateway-api"; readonly className: string };

export type MqttListener =
  | { readonly kind: "load-balancer" }
  /** The cluster chooses the port where absent. */
  | { readonly kind: "node-port"; readonly nodePort?: number };

export interface GatewayArgs {
  readonly namespace: string;
  readonly domain: string;
  readonly web: WebIngress;
  /** Secret with the pages' certificate. */
  readonly webSecret: string;
  readonly diagnosticService: string;
  /** Secret whose `ca.crt` signed the certificate of the web app's pods. */
  readonly partsAuthoritySecret: string;
  readonly mqtt: MqttListener & {
    /** Address ranges that machines may come from; all where empty. */
    readonly allowedSources: readonly string[];
    /** Settings of the cloud's load balancer. */
    readonly annotations?: Readonly<Record<string, string>>;
  };
}

const gatewayApi = "gateway.networking.k8s.io/v1";
export const gatewayName = "web";

export class Gateway extends ComponentResource {
  constructor(name: string, args: GatewayArgs, options: ComponentResourceOptions) {
    super("rollout:components:Gateway", name, {}, options);
    const inside = { parent: this };
    const { namespace, domain, webSecret, partsAuthoritySecret, diagnosticService, mqtt } = args;
    /** The name in the certificate of the web app's pods. */
    const serverName = `${diagnosticService}.${namespace}.svc.cluster.local`;
    if (args.web.kind === "ingress") createIngress(args.web.className);
    else {
      createGateway(args.web.className);
      createRedirect();
      createRoute();
      createEncryption();
    }
    createMqtt();
    this.registerOutputs();

    function createIngress(className: string | undefined): void {
      const authority = `${namespace}/${partsAuthoritySecret}`;
      new Ingress(
        `${name}-web`,
        {
          metadata: {
            ...metadata(namespace, gatewayName, "diagnostic"),
            // The Ingress API has no field for encryption to the pod; each controller has its own annotations.
            annotations: {
              // Some controllers never give their Ingresses an address, and the engine would wait for one.
              "pulumi.com/skipAwait": "true",
              "nginx.ingress.kubernetes.io/backend-protocol": "HTTPS",
              "nginx.ingress.kubernetes.io/proxy-ssl-verify": "on",
              "nginx.ingress.kubernetes.io/proxy-ssl-secret": authority,
              "nginx.ingress.kubernetes.io/proxy-ssl-name": serverName,
              "nginx.ingress.kubernetes.io/proxy-body-size": "2m",
              "haproxy.org/server-ssl": "true",
              "haproxy.org/server-ca": authority,
            },
          },
          spec: {
            ...(className !== undefined && { ingressClassName: className }),
            tls: [{ hosts: [domain], secretName: webSecret }],
            rules: [
              {
                host: domain,
                http: {
                  paths: [
                    {
                      path: "/",
                      pathType: "Prefix",
                      backend: { service: { name: diagnosticService, port: { name: "https" } } },
                    },
                  ],
                },
              },
            ],
          },
        },
        inside,
      );
    }

    function createGateway(className: string): void {
      customResource<IGateway>(
        `${name}-web`,
        {
          apiVersion: gatewayApi,
          kind: "Gateway",
          metadata: metadata(namespace, gatewayName, "diagnostic"),
          spec: {
            gatewayClassName: className,
            listeners: [
              { name: "http", protocol: "HTTP", port: 80, hostname: domain },
              {
                name: "https",
                protocol: "HTTPS",
                port: 443,
                hostname: domain,
                tls: { mode: "Terminate", certificateRefs: [{ name: webSecret }] },
              },
            ],
          },
        },
        inside,
      );
    }

    function createRedirect(): void {
      customResource<IHTTPRoute>(
        `${name}-web-redirect`,
        {
          apiVersion: gatewayApi,
          kind: "HTTPRoute",
          metadata: metadata(namespace, "web-redirect", "diagnostic"),
          spec: {
            parentRefs: [{ name: gatewayName, sectionName: "http" }],
            hostnames: [domain],
            rules: [
              {
                filters: [{ type: "RequestRedirect", requestRedirect: { scheme: "https", statusCode: 301 } }],
              },
            ],
          },
        },
        inside,
      );
    }

    function createRoute(): void {
      customResource<IHTTPRoute>(
        `${name}-web-route`,
        {
          apiVersion: gatewayApi,
          kind: "HTTPRoute",
          metadata: metadata(namespace, gatewayName, "diagnostic"),
          spec: {
            parentRefs: [{ name: gatewayName, sectionName: "https" }],
            hostnames: [domain],
            rules: [{ backendRefs: [{ name: diagnosticService, port: 443 }] }],
          },
        },
        inside,
      );
    }

    /** Between the gateway and the web app's pods. */
    function createEncryption(): void {
      customResource<IBackendTLSPolicy>(
        `${name}-web-encryption`,
        {
          apiVersion: gatewayApi,
          kind: "BackendTLSPolicy",
          metadata: metadata(namespace, gatewayName, "diagnostic"),
          spec: {
            targetRefs: [{ group: "", kind: "Service", name: diagnosticService, sectionName: "https" }],
            validation: {
              hostname: serverName,
              caCertificateRefs: [{ group: "", kind: "Secret", name: partsAuthoritySecret }],
            },
          },
        },
        inside,
      );
    }

    function createMqtt(): void {
      const { allowedSources } = mqtt;
      new Service(
        `${name}-broker-machines`,
        {
          metadata: {
            ...metadata(namespace, "broker-machines", "broker"),
            annotations: {
              ...mqtt.annotations,
              "external-dns.alpha.kubernetes.io/hostname": `mqtt.${domain}`,
            },
          },
          spec: {
            type: mqtt.kind === "load-balancer" ? "LoadBalancer" : "NodePort",
            selector: selectorLabels("broker"),
            // Keeps the machine's own address, for the network policies and the broker's log.
            externalTrafficPolicy: "Local",
            ...(mqtt.kind === "load-balancer" && {
              allocateLoadBalancerNodePorts: true,
              ...(allowedSources.length > 0 && { loadBalancerSourceRanges: [...allowedSources] }),
            }),
            ports: [
              {
                name: "mqtts",
                port: ports.broker.mqtts,
                targetPort: "mqtts",
                ...(mqtt.kind === "node-port" && mqtt.nodePort !== undefined && { nodePort: mqtt.nodePort }),
              },
            ],
          },
        },
        inside,
      );
    }
  }
}
