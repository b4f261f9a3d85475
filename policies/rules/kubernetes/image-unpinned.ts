/** An image can't change after it was checked: it has a digest, or a version in the country's own registry. */

import { awsPartitionOf } from "../../../localisation/aws-partitions.ts";
import { any, every, literal, matches } from "../../cel/cel.ts";
import { isOwnHost } from "../../cel/hosts.ts";
import { imagesInCel } from "../../cel/images.ts";
import type { PolicyContext } from "../../engine/context.ts";
import type { ResourcePolicy, Violation } from "../../engine/policy.ts";
import { imagesOf } from "../../resources/image.ts";
import { textAt } from "../../resources/properties.ts";
import { imageHolders } from "./image-registry.ts";

const digestPattern = /^sha256:[0-9a-f]{64}$/;
const movingTag = /^(latest|stable|main|master|edge|nightly)$/;

export const imageUnpinned: ResourcePolicy = {
  id: "image-unpinned",
  area: "kubernetes",
  scope: "resource",
  title: "Images are named by digest, or by version in the country's own registry.",
  risk: "One push can move a tag: the next restart then runs unchecked code with access to all the pod's data.",
  types: imageHolders,
  severity: "medium",
  level: "mandatory",
  dataClasses: ["identity", "diagnosticAnswers", "machineTelemetry"],
  controls: { iso27001: ["A.5.21", "A.8.19"], nist80053: ["SR-11", "CM-14"] },
  remediation: "Name the image by its digest (@sha256:…).",
  check: (subject, context) =>
    imagesOf(subject).flatMap(({ text, registry, repository, tag, digest, path }): Violation | [] => {
      if (digest !== undefined)
        return digestPattern.test(digest)
          ? []
          : {
              path,
              value: text,
              message: `The digest of ${text} is not valid.`,
              remediation: "Write sha256: and 64 hexadecimal digits.",
            };
      const own = context.country.hosting.kubernetes?.registry?.split("/")[0];
      const isOwn = registry === own || context.locationOf(registry.split(":")[0] ?? "").kind === "own";
      const moves = tag === undefined || movingTag.test(tag);
      if ((isOwn || isImmutable(registry, repository, context)) && !moves) return [];
      return {
        path,
        value: text,
        message: moves
          ? `The image ${text} has no version, so the next pull may bring another one.`
          : `The image ${text} is named by a tag that ${registry} can move.`,
        remediation: "Name it by digest (@sha256:…).",
      };
    }),
  admission: {
    types: imagesInCel.types,
    misses: "Whether an AWS registry can move a tag is checked on the plan.",
    rules: (context) => {
      const own = context.country.hosting.kubernetes?.registry?.split("/")[0];
      const registry = imagesInCel.registry("image");
      const isOwn = any(
        ...(own === undefined ? [] : [`${registry} == ${literal(own)}`]),
        `[${registry}.split(":")[0]].all(host, ${isOwnHost("host", context)})`,
        ...ownRegistryInAws(context).map((pattern) => matches(registry, pattern)),
      );
      return {
        ...every(
          imagesInCel.list,
          "image",
          `image.contains("@") ? ${matches('image.split("@")[1]', digestPattern)} : (${isOwn}) && ${imagesInCel.tag("image")} != "" && !${matches(imagesInCel.tag("image"), movingTag)}`,
          "image",
        ),
        message: "An image is named by a tag that can be moved.",
      };
    },
  },
  examples: {
    passing: [
      {
        manifests: `
apiVersion: v1
kind: Pod
metadata: { name: app, namespace: rollout }
spec:
  initContainers: [{ name: wait, image: "quay.io/app/wait@sha256:3e1b0fd2d9bd5d1d7f1c2c0b4d1b8e5e0f5b7a1c9d3e2f4a6b8c0d1e2f3a4b5c" }]
  containers: [{ name: app, image: registry.example.gov.za/sme/app:1.2.0 }]`,
      },
      {
        pulumi: podAndRepository("123456789012", "IMMUTABLE"),
      },
    ],
    failing: [
      {
        pulumi: podAndRepository("123456789012", "MUTABLE"),
        findings: movable("123456789012"),
      },
      {
        pulumi: podAndRepository("999999999999", "IMMUTABLE"),
        findings: movable("999999999999"),
      },
      {
        manifests: `
apiVersion: v1
kind: Pod
metadata: { name: app, namespace: rollout }
spec:
  initContainers: [{ name: wait, image: registry.example.gov.za/sme/wait }]
  containers: [{ name: app, image: quay.io/app/app:1.2.0 }]`,
        findings: `
rollout/Pod/app spec.initContainers[0].image: The image registry.example.gov.za/sme/wait has no version, so the next pull may bring another one. Name it by digest (@sha256:…).
rollout/Pod/app spec.containers[0].image: The image quay.io/app/app:1.2.0 is named by a tag that quay.io can move. Name it by digest (@sha256:…).`,
      },
    ],
  },
};

const ecr = /^(\d{12})\.dkr\.ecr\.[a-z0-9-]+\.amazonaws\.(?:com(?:\.cn)?|eu)$/;

/** The registry of the stack's own account in AWS. Whether it can move tags is checked on the plan. */
function ownRegistryInAws({ country }: PolicyContext): RegExp[] {
  const { aws, target } = country.hosting;
  if (target !== "aws" || aws === undefined) return [];
  return [
    new RegExp(
      `^${aws.account ?? "[0-9]{12}"}\\.dkr\\.ecr\\.${aws.region}\\.${awsPartitionOf(aws.region).suffix.replaceAll(".", "\\.")}$`,
    ),
  ];
}

/** A repository of the plan in the stack's own account, whose tags can't be moved. */
function isImmutable(registry: string, repository: string, { resources, country }: PolicyContext): boolean {
  const account = ecr.exec(registry)?.[1];
  const own = country.hosting.aws?.account;
  if (account === undefined || (own !== undefined && account !== own)) return false;
  return resources
    .ofTypes(["aws:ecr/repository:Repository"])
    .some(
      ({ properties }) =>
        textAt(properties, "name") === repository && textAt(properties, "imageTagMutability") === "IMMUTABLE",
    );
}

/** A pod with an image of an account's AWS registry, and the stack's repository. */
function podAndRepository(account: string, imageTagMutability: "IMMUTABLE" | "MUTABLE"): string {
  return `
app:
  type: kubernetes:core/v1:Pod
  properties:
    metadata: { name: app, namespace: rollout }
    spec: { containers: [{ name: app, image: ${account}.dkr.ecr.af-south-1.amazonaws.com/sme/app:1.2.0 }] }
images: { type: aws:ecr/repository:Repository, name: app,
  properties: { name: sme/app, imageTagMutability: ${imageTagMutability} } }`;
}

/** What is found on an image of an AWS registry that can move tags. */
function movable(account: string): string {
  const registry = `${account}.dkr.ecr.af-south-1.amazonaws.com`;
  return `rollout/Pod/app spec.containers[0].image: The image ${registry}/sme/app:1.2.0 is named by a tag that ${registry} can move. Name it by digest (@sha256:…).`;
}
