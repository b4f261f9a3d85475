/** Every image that the stack runs: the registry that publishes it, its version, and its address in the country's registry. */
import { type Input, interpolate } from "@pulumi/pulumi";

interface Image {
  readonly registry: string;
  readonly repository: string;
  readonly version: string;
  /** The user that the image runs as. */
  readonly user: number;
}

const images = {
  broker: { registry: "docker.io", repository: "library/rabbitmq", version: "4.3.5", user: 999 },
  "time-series-store": {
    registry: "docker.io",
    repository: "clickhouse/clickhouse-server",
    version: "26.3.20.7",
    user: 101,
  },
  keeper: {
    registry: "docker.io",
    repository: "clickhouse/clickhouse-keeper",
    version: "26.3.20.7",
    user: 101,
  },
  // The operator runs PostgreSQL as this user.
  "relational-store": {
    registry: "ghcr.io",
    repository: "cloudnative-pg/postgresql",
    version: "18.6-system-trixie",
    user: 26,
  },
} as const satisfies Record<string, Image>;

/** The kit's own image: ingest, analytics and the web app. */
const application = { repository: "country-rollout-kit", user: 10001 } as const;

export type ImageName = keyof typeof images | "application";

export interface ImageSource {
  /** The registry in the country; the one that publishes the image where absent. */
  readonly registry?: Input<string>;
  /** `sha256:…` by image, as the country's registry holds it. */
  readonly digests: Readonly<Record<string, string>>;
  /** Secret with the registry's login. */
  readonly pullSecret?: string;
  /** Of the kit's own image. */
  readonly applicationVersion: string;
}

/** The image's full address, with its digest where the file gives one. */
export function imageAddress(name: ImageName, source: ImageSource): Input<string> {
  const repository = imageRepository(name);
  const version = imageVersion(name, source.applicationVersion);
  // The application is not published: without a registry it must already be on the nodes.
  const registry = source.registry ?? publicRegistry(name) ?? "localhost";
  const digest = source.digests[name];
  const image = `${repository}:${version}${digest === undefined ? "" : `@${digest}`}`;
  return typeof registry === "string" ? `${registry}/${image}` : interpolate`${registry}/${image}`;
}

/** @param applicationVersion of the kit's own image. */
export function imageVersion(name: ImageName, applicationVersion: string): string {
  return name === "application" ? applicationVersion : images[name].version;
}

/** Path of an image in a registry. */
export function imageRepository(name: ImageName): string {
  return name === "application" ? application.repository : images[name].repository;
}

/** The registry that publishes it; undefined for the application, which is not published. */
export function publicRegistry(name: ImageName): string | undefined {
  return name === "application" ? undefined : images[name].registry;
}

export function imageUser(name: ImageName): number {
  return name === "application" ? application.user : images[name].user;
}

export const imageNames = [...Object.keys(images), "application"] as readonly ImageName[];
