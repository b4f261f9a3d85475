/** In CEL: the images of an object, and the registry and tag of an image, as reading/image.ts reads them. */
import { workloads } from "../resources/pods.ts";
import { field } from "./cel.ts";

const imageField = (kind: string, path: string) =>
  `object.kind == "${kind}" ? [${field("object", path, '""')}].filter(image, image != "")`;

/** The part before the first slash: the registry, where it looks like a host. */
const first = (image: string) => `${image}.split("@")[0].split("/")[0]`;
const hasRegistry = (image: string) =>
  `${image}.split("@")[0].contains("/") && (${first(image)}.matches("[.:]") || ${first(image)} == "localhost")`;

export const imagesInCel = {
  types: [
    ...workloads,
    "kubernetes:postgresql.cnpg.io/*:Cluster",
    "kubernetes:postgresql.cnpg.io/*:ImageCatalog",
    "kubernetes:rabbitmq.com/*:RabbitmqCluster",
  ],
  list: `(${[
    imageField("Cluster", "spec.imageName"),
    imageField("RabbitmqCluster", "spec.image"),
    `object.kind == "ImageCatalog" ? ${field("object", "spec.images", "[]")}.map(one, one.image)`,
    `variables.containers.filter(one, has(one.image)).map(one, one.image) + ${field("variables.pod", "volumes", "[]")}.filter(one, has(one.image)).map(one, ${field("one", "image.reference", '""')}).filter(image, image != "")`,
  ].join(" : ")})`,
  registry: (image: string) =>
    `(${hasRegistry(image)} ? (${first(image)}.lowerAscii() == "index.docker.io" ? "docker.io" : ${first(image)}.lowerAscii()) : "docker.io")`,
  /** Empty where it has none. The port of a registry is not a tag. */
  tag: (image: string) =>
    `[${image}.split("@")[0].split("/")].map(parts, parts[size(parts) - 1]).map(name, name.contains(":") ? name.substring(name.lastIndexOf(":") + 1) : "")[0]`,
} as const;
