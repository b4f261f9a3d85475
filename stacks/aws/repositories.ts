/** The repositories that the registry needs: one for each image and chart that runs on the cluster. */
import { imageRepository } from "../../components/images.ts";
import { type OperatorName, operatorRepositories } from "../../components/operators.ts";

export function repositories(operators: readonly OperatorName[]): string[] {
  const images = (["application", "broker", "time-series-store", "keeper"] as const).map(imageRepository);
  return [...images, ...operators.flatMap(operatorRepositories)].sort();
}
