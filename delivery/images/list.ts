/** Every image and chart that a country's stack takes from a registry: who publishes it, and its address in the country. */
import { imageNames, imageRepository, imageVersion, publicRegistry } from "../../components/images.ts";
import { operatorChart, operatorImages, operatorNames } from "../../components/operators.ts";
import { isManifest, kindOf, type Plan, shownName, type Value } from "../../plan/plan.ts";

export interface StackImage {
  /** The kit's name, as in hosting.kubernetes.imageDigests; an operator's image has its repository's name. */
  readonly name: string;
  /** Chart of the operator that runs it; null for the stack's own. */
  readonly operator: string | null;
  /** Address at its publisher; null for the kit's own image, which `rollout images build` makes. */
  readonly source: string | null;
  /** Address from which the stack takes it, without a digest. */
  readonly address: string;
  /** Its path within the registry, such as `library/rabbitmq:4.3.5`. */
  readonly reference: string;
  /** `sha256:…`, where the file gives one. */
  readonly digest: string | null;
}

export interface StackChart {
  readonly name: string;
  readonly version: string;
  /** Addresses as `oci://` takes them, with the version as tag. */
  readonly source: string;
  readonly address: string;
  /** Within the registry. */
  readonly reference: string;
}

export interface StackImages {
  /** In the country; null where every image comes from its publisher. */
  readonly registry: string | null;
  readonly images: readonly StackImage[];
  readonly charts: readonly StackChart[];
}

/** @param registry used instead of the plan's registry, where that has another address from this machine. */
export function stackImages(plan: Plan, registry?: string): StackImages {
  const addresses = [
    ...new Set(plan.resources.filter(isManifest).flatMap(({ properties }) => imagesIn(properties))),
  ];
  const planned = plannedRegistry(addresses, plan.kit);
  const held = registry ?? planned;
  const images = imageNames.flatMap((name): StackImage[] => {
    const reference = `${imageRepository(name)}:${imageVersion(name, plan.kit)}`;
    const address = addresses.find((text) => text.split("@")[0]?.endsWith(`/${reference}`));
    if (address === undefined) return [];
    const publisher = publicRegistry(name);
    return [
      {
        name,
        operator: null,
        source: publisher === undefined ? null : `${publisher}/${reference}`,
        address: held === null ? address.split("@")[0]! : `${held}/${reference}`,
        reference,
        digest: address.split("@")[1] ?? null,
      },
    ];
  });
  const installed = new Set(
    plan.resources.filter((resource) => kindOf(resource) === "Release").map(shownName),
  );
  const operators = operatorNames.filter((name) => installed.has(operatorChart(name).chart));
  return {
    registry: held,
    images: [
      ...images,
      ...operators.flatMap((name) =>
        operatorImages(name).map(({ registry: publisher, repository, version }) => ({
          name: repository,
          operator: operatorChart(name).chart,
          source: `${publisher}/${repository}:${version}`,
          address: `${held ?? publisher}/${repository}:${version}`,
          reference: `${repository}:${version}`,
          digest: null,
        })),
      ),
    ],
    charts: operators.map((name) => {
      const { chart, version, source } = operatorChart(name);
      const reference = `charts/${chart}:${version}`;
      const published = `${source}/${chart}:${version}`;
      return {
        name: chart,
        version,
        source: published,
        address: held === null ? published : `${held}/${reference}`,
        reference,
      };
    }),
  };
}

/** Images of containers and of operators' own kinds of objects. */
function imagesIn(value: Value): string[] {
  if (Array.isArray(value)) return value.flatMap(imagesIn);
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, item]) =>
    (key === "image" || key === "imageName") && typeof item === "string" ? [item] : imagesIn(item),
  );
}

/** Without a registry, the kit's own image is on the nodes: see components/images.ts. */
function plannedRegistry(addresses: readonly string[], version: string): string | null {
  const end = `/${imageRepository("application")}:${imageVersion("application", version)}`;
  const own = addresses.map((address) => address.split("@")[0]!).find((address) => address.endsWith(end));
  const registry = own?.slice(0, -end.length) ?? "localhost";
  return registry === "localhost" ? null : registry;
}
