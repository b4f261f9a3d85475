/** The operators that the stack needs, where the file tells the kit to install them: pinned charts, in the country's zones. */
import { Release } from "@pulumi/kubernetes/helm/v3/release.js";
import {
  ComponentResource,
  type ComponentResourceOptions,
  type Input,
  interpolate,
  type Resource,
} from "@pulumi/pulumi";
import { nodeAffinity, type Placement } from "./placement.ts";

/** An image as its publisher names it. */
export interface PublicImage {
  readonly registry: string;
  readonly repository: string;
  readonly version: string;
}

interface Operator {
  readonly chart: string;
  readonly version: string;
  /** Registry and folder where the chart is published. */
  readonly source: string;
  readonly namespace: string;
}

const operators = {
  certManager: {
    chart: "cert-manager",
    version: "v1.21.2",
    source: "quay.io/jetstack/charts",
    namespace: "cert-manager",
  },
  cloudNativePg: {
    chart: "cloudnative-pg",
    version: "0.29.0",
    source: "ghcr.io/cloudnative-pg/charts",
    namespace: "cnpg-system",
  },
  barmanCloud: {
    chart: "plugin-barman-cloud",
    version: "0.7.0",
    source: "ghcr.io/cloudnative-pg/charts",
    namespace: "cnpg-system",
  },
  envoyGateway: {
    chart: "gateway-helm",
    version: "v1.8.2",
    source: "docker.io/envoyproxy",
    namespace: "envoy-gateway-system",
  },
} as const satisfies Record<string, Operator>;

export type OperatorName = keyof typeof operators;

/** The pods that carry the pages' traffic run here too. */
export const envoyNamespace = operators.envoyGateway.namespace;

const certManagerImages = ["controller", "webhook", "cainjector", "startupapicheck", "acmesolver"] as const;

/** Images that a chart's objects run, in the versions that the chart's defaults name. */
const imagesOf: Readonly<Record<OperatorName, readonly PublicImage[]>> = {
  certManager: certManagerImages.map((name) => ({
    registry: "quay.io",
    repository: `jetstack/cert-manager-${name}`,
    version: operators.certManager.version,
  })),
  cloudNativePg: [{ registry: "ghcr.io", repository: "cloudnative-pg/cloudnative-pg", version: "1.30.0" }],
  barmanCloud: ["plugin-barman-cloud", "plugin-barman-cloud-sidecar"].map((name) => ({
    registry: "ghcr.io",
    repository: `cloudnative-pg/${name}`,
    version: "v0.13.0",
  })),
  envoyGateway: [
    { registry: "docker.io", repository: "envoyproxy/gateway", version: operators.envoyGateway.version },
    { registry: "docker.io", repository: "envoyproxy/envoy", version: "distroless-v1.38.3" },
  ],
};

export function operatorImages(name: OperatorName): readonly PublicImage[] {
  return imagesOf[name];
}

export function operatorChart(name: OperatorName): Pick<Operator, "chart" | "version" | "source"> {
  return operators[name];
}

export const operatorNames = Object.keys(operators) as readonly OperatorName[];

export const postgresOperatorNamespace = operators.cloudNativePg.namespace;

export interface OperatorsArgs {
  readonly install: readonly OperatorName[];
  readonly placement: Placement;
  /** The registry in the country, with the charts under `charts/`. */
  readonly registry?: Input<string>;
  readonly pullSecret?: string;
}

export class Operators extends ComponentResource {
  /** These must exist before an object of an operator's kind. */
  readonly installed: readonly Resource[];

  constructor(name: string, args: OperatorsArgs, options: ComponentResourceOptions) {
    super("rollout:components:Operators", name, {}, options);
    const inside = { parent: this };
    const { registry } = args;
    const releases: Release[] = [];
    for (const operator of args.install) releases.push(createRelease(operator));
    this.installed = releases;
    this.registerOutputs();

    /** Those of `releases` so far must be installed before it. */
    function createRelease(operator: OperatorName): Release {
      const { chart, version, source, namespace } = operators[operator];
      return new Release(
        `${name}-${chart}`,
        {
          name: chart,
          chart:
            registry === undefined
              ? `oci://${source}/${chart}`
              : interpolate`oci://${registry}/charts/${chart}`,
          version,
          namespace,
          createNamespace: true,
          atomic: true,
          timeout: 600,
          values: chartValues(operator, args),
        },
        { ...inside, dependsOn: [...releases] },
      );
    }
  }
}

function chartValues(operator: OperatorName, { placement, registry, pullSecret }: OperatorsArgs): object {
  const affinity = nodeAffinity(placement);
  const where = {
    ...(affinity && { affinity }),
    ...(Object.keys(placement.nodeSelector).length > 0 && { nodeSelector: { ...placement.nodeSelector } }),
  };
  const login = pullSecret === undefined ? [] : [{ name: pullSecret }];
  switch (operator) {
    case "certManager": {
      const image = (name: string) =>
        registry === undefined
          ? {}
          : { image: { repository: interpolate`${registry}/jetstack/cert-manager-${name}` } };
      return {
        crds: { enabled: true },
        global: { imagePullSecrets: login },
        replicaCount: 2,
        ...where,
        ...image("controller"),
        webhook: { replicaCount: 2, ...where, ...image("webhook") },
        cainjector: { ...where, ...image("cainjector") },
        startupapicheck: { ...where, ...image("startupapicheck") },
        acmesolver: image("acmesolver"),
      };
    }
    case "cloudNativePg":
      return {
        ...where,
        imagePullSecrets: login,
        ...(registry !== undefined && {
          image: { repository: interpolate`${registry}/cloudnative-pg/cloudnative-pg` },
        }),
      };
    case "envoyGateway":
      return {
        deployment: { replicas: 2, pod: where },
        ...(registry !== undefined && {
          global: {
            images: {
              envoyGateway: {
                image: interpolate`${registry}/envoyproxy/gateway:${operators.envoyGateway.version}`,
                pullSecrets: login,
              },
            },
          },
        }),
      };
    case "barmanCloud":
      return {
        ...where,
        imagePullSecrets: login,
        ...(registry !== undefined && { image: { registry }, sidecarImage: { registry } }),
      };
  }
}
