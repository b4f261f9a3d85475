/** Pushes every image of a stack to the country's registry, and gives the digest of each one there. */
import { EnvironmentError } from "../../base/kit-error.ts";
import { type CopyOptions, type ImageLocation, localImages, pushImage } from "./copy.ts";
import type { StackChart, StackImage, StackImages } from "./list.ts";

export interface Pushed {
  /** `sha256:…` by the kit's name of the image, as hosting.kubernetes.imageDigests takes it. */
  readonly digests: Readonly<Record<string, string>>;
  readonly failed: readonly { readonly address: string; readonly reason: string }[];
}

/** Where an image or chart is taken from; undefined where none has it. */
export type Finder = (item: StackImage | StackChart) => ImageLocation | undefined;

/** Takes an image from podman or docker on this machine, else from the publisher's registry. */
export async function fromHere(ownTag: string): Promise<Finder> {
  const local = await localImages();
  return (item) => {
    const names = [item.address, ...(item.source === null ? [ownTag] : [item.source])];
    const address = names.find((name) => local.has(name));
    if (address !== undefined) return { kind: "local", address };
    return item.source === null ? undefined : { kind: "registry", address: item.source };
  };
}

/**
 * Continues after a failure: a second run only needs what is missing.
 * @throws EnvironmentError when there is no tool.
 */
export async function pushImages(
  { images, charts }: StackImages,
  find: Finder,
  options: CopyOptions & { readonly tell?: (line: string) => void } = {},
): Promise<Pushed> {
  const digests: Record<string, string> = {};
  const failed: { address: string; reason: string }[] = [];
  for (const item of [...images, ...charts]) {
    const place = find(item);
    options.tell?.(item.address);
    if (place === undefined) {
      failed.push({ address: item.address, reason: "It is not here. Build it with `rollout images build`." });
      continue;
    }
    try {
      const digest = await pushImage(place, item.address, options);
      if ("operator" in item && item.operator === null) digests[item.name] = digest;
    } catch (error) {
      if (!(error instanceof EnvironmentError) || error.remediation !== "") throw error;
      failed.push({ address: item.address, reason: error.message });
    }
  }
  return { digests, failed };
}
