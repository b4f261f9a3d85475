/**
 * The class of gateways that Envoy Gateway runs: its proxies run in the country's zones, take their image from the country's
 * registry, and are reached by the cloud's load balancer.
 */
import { CustomResource } from "@pulumi/kubernetes/apiextensions/customResource.js";
import { ComponentResource, type ComponentResourceOptions, type Input, interpolate } from "@pulumi/pulumi";
import { envoyNamespace } from "./operators.ts";
import { labels } from "./part.ts";
import { nodeAffinity } from "./placement.ts";

export interface EnvoyGatewayArgs {
  readonly className: string;
  readonly registry: Input<string>;
  readonly zones: readonly string[];
  /** Of the load balancer, as the cloud reads them. */
  readonly loadBalancer: Readonly<Record<string, string>>;
}

const replicas = 2;

export class EnvoyGateway extends ComponentResource {
  constructor(name: string, args: EnvoyGatewayArgs, options: ComponentResourceOptions) {
    super("rollout:components:EnvoyGateway", name, {}, options);
    const inside = { parent: this };
    const { className, zones, registry, loadBalancer } = args;
    const proxy = createProxy();
    createGatewayClass();
    this.registerOutputs();

    function createProxy(): CustomResource {
      return new CustomResource(
        `${name}-proxy`,
        {
          apiVersion: "gateway.envoyproxy.io/v1alpha1",
          kind: "EnvoyProxy",
          metadata: { name: className, namespace: envoyNamespace, labels: labels() },
          spec: {
            provider: {
              type: "Kubernetes",
              kubernetes: {
                envoyDeployment: {
                  replicas,
                  container: {
                    imageRepository: interpolate`${registry}/envoyproxy/envoy`,
                    resources: { requests: { cpu: "200m", memory: "256Mi" }, limits: { memory: "512Mi" } },
                  },
                  pod: { affinity: nodeAffinity({ zones, nodeSelector: {} }) ?? {} },
                },
                envoyPDB: { minAvailable: 1 },
                envoyService: {
                  type: "LoadBalancer",
                  annotations: { ...loadBalancer },
                  externalTrafficPolicy: "Local",
                },
              },
            },
          },
        },
        inside,
      );
    }

    function createGatewayClass(): void {
      new CustomResource(
        `${name}-class`,
        {
          apiVersion: "gateway.networking.k8s.io/v1",
          kind: "GatewayClass",
          metadata: { name: className, labels: labels() },
          spec: {
            controllerName: "gateway.envoyproxy.io/gatewayclass-controller",
            parametersRef: {
              group: "gateway.envoyproxy.io",
              kind: "EnvoyProxy",
              name: className,
              namespace: envoyNamespace,
            },
          },
        },
        { ...inside, dependsOn: [proxy] },
      );
    }
  }
}
