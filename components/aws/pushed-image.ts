/** Checks that an image or chart is in its repository, so that nothing on the cluster starts without it. */
import { type GetImageArgs, getImage } from "@pulumi/aws/ecr/getImage.js";
import type { Repository } from "@pulumi/aws/ecr/repository.js";
import type { Output, Resource } from "@pulumi/pulumi";
import { RunError } from "@pulumi/pulumi/errors.js";

/** @returns its address, known once the repository exists and the image is pushed. The preview of a first run does not ask. */
export function pushedImage(repository: Repository, version: string, parent: Resource): Output<string> {
  return repository.repositoryUrl.apply((url) =>
    requirePushed(url, version, (wanted) => getImage(wanted, { parent })),
  );
}

/**
 * @param url of the repository. @param ask fails where there is no such image.
 * @throws RunError, which says how it is pushed.
 */
export async function requirePushed(
  url: string,
  version: string,
  ask: (wanted: GetImageArgs) => Promise<unknown>,
): Promise<string> {
  const [registry = "", folder = "", ...rest] = url.split("/");
  try {
    await ask({ repositoryName: [folder, ...rest].join("/"), imageTag: version });
  } catch (error) {
    if (!/couldn't find|not ?found/i.test((error as Error).message)) throw error;
    throw new RunError(
      `${url}:${version} is not in the registry yet, and what runs on the cluster waits for it. Push all images and charts ` +
        `with \`rollout images push <file> --target aws --registry ${registry}/${folder}\`, then run the same command again.`,
    );
  }
  return `${url}:${version}`;
}
