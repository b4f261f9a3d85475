/** References to container images: registry, repository, tag, digest, as container engines read them. */

import { rememberLast } from "./last.ts";
import { type Resource, typeToken } from "./resource.ts";
import { textsOf } from "./texts.ts";

export interface ImageReference {
  readonly text: string;
  readonly registry: string;
  readonly repository: string;
  readonly tag?: string;
  readonly digest?: string;
}

function imageReference(text: string): ImageReference {
  const [named = "", digest] = text.trim().split("@", 2);
  const slash = named.indexOf("/");
  const first = slash < 0 ? "" : named.slice(0, slash);
  const hasRegistry = /[.:]/.test(first) || first === "localhost";
  const registry = hasRegistry ? first.toLowerCase() : "docker.io";
  const rest = hasRegistry ? named.slice(slash + 1) : named;
  const colon = rest.lastIndexOf(":");
  const tag = colon > rest.lastIndexOf("/") ? rest.slice(colon + 1) : undefined;
  const repository = tag === undefined ? rest : rest.slice(0, colon);
  return {
    text,
    registry: registry === "index.docker.io" ? "docker.io" : registry,
    repository: !hasRegistry && !repository.includes("/") ? `library/${repository}` : repository,
    ...(tag !== undefined && tag !== "" && { tag }),
    ...(digest !== undefined && { digest }),
  };
}

/** Keys that hold an image in workloads and in operators' own kinds. */
const imageKeys = new Set(["image", "imageName", "containerImage", "imageUri", "reference"]);

/** Every image that a Kubernetes object names, in pods of any kind and in operators' objects. */
export const imagesOf = rememberLast((resource: Resource) => {
  if (typeToken(resource.type).package !== "kubernetes") return [];
  return textsOf(resource)
    .filter(
      (text) =>
        imageKeys.has(text.key) &&
        text.section !== "metadata" &&
        text.section !== "status" &&
        (text.key !== "reference" || text.path.endsWith(".image.reference")) &&
        /^[\w.:@/-]+$/.test(text.value.trim()),
    )
    .map((text) => ({ ...imageReference(text.value), path: text.path }));
});
