/** What runs on the cluster waits until its images are in the registry, and who forgot to push them is told how. */
import { expect, test } from "vitest";
import { requirePushed } from "../../components/aws/pushed-image.ts";
import { operatorImages } from "../../components/operators.ts";
import { registryContents } from "../../stacks/aws/repositories.ts";

const registry = "123456789012.dkr.ecr.af-south-1.amazonaws.com/rollout-za";
const url = `${registry}/library/rabbitmq`;

test("an image that was pushed is found by its repository and version", async () => {
  const wanted: object[] = [];
  const ask = async (image: object) => wanted.push(image);
  expect(await requirePushed(url, "4.3.5", ask)).toBe(`${url}:4.3.5`);
  expect(wanted).toEqual([{ repositoryName: "rollout-za/library/rabbitmq", imageTag: "4.3.5" }]);
});

test("one that was not is named, with the command that pushes it; any other refusal stays what it is", async () => {
  const failing = (message: string) => requirePushed(url, "4.3.5", () => Promise.reject(new Error(message)));
  await expect(failing("reading ECR Images: couldn't find resource")).rejects.toThrow(
    `${url}:4.3.5 is not in the registry yet, and what runs on the cluster waits for it. Push all images and charts with \`rollout images push <file> --target aws --registry ${registry}\`, then`,
  );
  await expect(failing("AccessDeniedException: not authorized")).rejects.toThrow("AccessDeniedException");
});

test("the registry holds each image and chart in the version that runs", () => {
  const contents = registryContents(["certManager"], "1.2.3").map(
    ({ path, version }) => `${path}:${version}`,
  );
  expect(contents).toContain("country-rollout-kit:1.2.3");
  expect(contents.filter((content) => content.startsWith("charts/"))).toHaveLength(1);
  for (const { repository, version } of operatorImages("certManager"))
    expect(contents).toContain(`${repository}:${version}`);
});
