/** Contents of the registry: each image and chart that runs on the cluster, in its version. */
import type { RegistryContent } from "../../components/aws/registry.ts";
import { imageRepository, imageVersion } from "../../components/images.ts";
import { type OperatorName, operatorChart, operatorImages } from "../../components/operators.ts";

/** @param applicationVersion of the kit's own image. */
export function registryContents(
  operators: readonly OperatorName[],
  applicationVersion: string,
): RegistryContent[] {
  const images = (["application", "broker", "time-series-store", "keeper"] as const).map((name) => ({
    path: imageRepository(name),
    version: imageVersion(name, applicationVersion),
  }));
  const operatorContents = operators.flatMap((name) => {
    const { chart, version } = operatorChart(name);
    return [
      { path: `charts/${chart}`, version },
      ...operatorImages(name).map((image) => ({ path: image.repository, version: image.version })),
    ];
  });
  return [...images, ...operatorContents].sort((a, b) => (a.path < b.path ? -1 : 1));
}
