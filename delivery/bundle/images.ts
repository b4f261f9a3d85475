/** The images and charts of an opened bundle, for a registry of the site. */
import { join } from "node:path";
import { type ImageName, imageNames } from "../../components/images.ts";
import type { StackImages } from "../images/list.ts";
import type { Finder } from "../images/push.ts";
import type { BundleManifest } from "./manifest.ts";

export function bundledImages({ files }: BundleManifest, registry: string): StackImages {
  const of = (kind: "image" | "chart") =>
    files.flatMap(({ kind: found, name, reference }) =>
      found === kind && name !== undefined && reference !== undefined
        ? [{ name, reference, source: reference, address: `${registry}/${reference}` }]
        : [],
    );
  return {
    registry,
    images: of("image").map((image) => ({
      ...image,
      operator: imageNames.includes(image.name as ImageName) ? null : image.name,
      digest: null,
    })),
    charts: of("chart").map((chart) => ({ ...chart, version: chart.reference.split(":").at(-1)! })),
  };
}

export function fromBundle(folder: string, { files }: BundleManifest): Finder {
  return ({ reference }) => {
    const found = files.find((file) => file.reference === reference);
    return found === undefined ? undefined : { kind: "archive", file: join(folder, found.path) };
  };
}
