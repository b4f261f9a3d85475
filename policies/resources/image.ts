/** References to container images: registry, repository, tag, digest, as container engines read them. */

import { rememberLast } from "./last.ts";
import { type Resource, typeToken } from "./resource.ts";
import { type Text, textsOf } from "./texts.ts";

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

/** An argument that names an image by its registry and a tag or digest: operators get the images of their own pods so. */
const argument =
  /^(?:--?[\w.-]+=)?((?:[a-z0-9-]+\.)+[a-z]{2,}(?::\d{2,5})?\/[a-z0-9._/-]+(?::[\w][\w.-]*)?(?:@sha256:[0-9a-f]{64})?)$/;
const tagged = /[^/]:[\w.-]+$|@sha256:/;

/** Every image that a Kubernetes object names, in pods of any kind and in operators' objects. */
export const imagesOf = rememberLast((resource: Resource) => {
  if (typeToken(resource.type).package !== "kubernetes") return [];
  return textsOf(resource).flatMap((text) => {
    if (text.section === "metadata" || text.section === "status") return [];
    const value = text.value.trim();
    const named = text.key === "args" || text.key === "command" ? argument.exec(value)?.[1] : undefined;
    const image = imageKeys.has(text.key) && /^[\w.:@/-]+$/.test(value) && isImageField(text) ? value : named;
    if (image === undefined || (image === named && !tagged.test(image.slice(image.indexOf("/"))))) return [];
    return [{ ...imageReference(image), path: text.path }];
  });
});

const isImageField = ({ key, path }: Text): boolean =>
  key !== "reference" || path.endsWith(".image.reference");
