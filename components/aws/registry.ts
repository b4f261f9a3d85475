/** The image registry in the region: a repository for each image and chart. A version can't be changed once it is pushed. */

import { LifecyclePolicy } from "@pulumi/aws/ecr/lifecyclePolicy.js";
import { Repository } from "@pulumi/aws/ecr/repository.js";
import {
  all,
  ComponentResource,
  type ComponentResourceOptions,
  interpolate,
  type Output,
} from "@pulumi/pulumi";
import { awsPartitionOf } from "../../localisation/aws-partitions.ts";
import type { Keys } from "./keys.ts";
import type { AwsLocation } from "./place.ts";
import { pushedImage } from "./pushed-image.ts";
import { tags } from "./tags.ts";

export interface RegistryContent {
  /** Without the registry, as images and charts name them: `library/rabbitmq`, `charts/cert-manager`. */
  readonly path: string;
  readonly version: string;
}

export interface AwsRegistryArgs {
  readonly place: AwsLocation;
  readonly keys: Keys;
  readonly contents: readonly RegistryContent[];
  /** Whether AWS can be asked what was pushed; in a plan it can't. */
  readonly asks: boolean;
}

/** Days until an image that no version names is deleted. */
const untaggedDays = 30;

export class AwsRegistry extends ComponentResource {
  /** Host and folder, in front of each image's path. */
  readonly address: Output<string>;
  /** Known once everything is pushed. */
  readonly filled: Output<readonly string[]>;

  constructor(name: string, args: AwsRegistryArgs, options: ComponentResourceOptions) {
    super("rollout:aws:Registry", name, {}, options);
    const inside = { parent: this };
    const { place, keys, contents, asks } = args;
    const pushed = contents.map((content) => {
      const repository = createRepository(content.path);
      createLifecycle(content.path, repository);
      return { repository, content };
    });
    this.address = interpolate`${keys.account}.dkr.ecr.${place.region}.${awsPartitionOf(place.region).suffix}/${place.name}`;
    this.filled = all(
      asks ? pushed.map(({ repository, content }) => pushedImage(repository, content.version, this)) : [],
    );
    this.registerOutputs({ address: this.address });

    function createRepository(path: string): Repository {
      return new Repository(
        `${name}-${path}`,
        {
          name: `${place.name}/${path}`,
          imageTagMutability: "IMMUTABLE",
          imageScanningConfiguration: { scanOnPush: true },
          encryptionConfigurations: [{ encryptionType: "KMS", kmsKey: keys.arns.state }],
          forceDelete: false,
          tags: tags(`${place.name}/${path}`, ["state"]),
        },
        { ...inside, dependsOn: [...keys.ready] },
      );
    }

    function createLifecycle(path: string, repository: Repository): void {
      const rule = {
        rulePriority: 1,
        description: "What no version names goes",
        selection: {
          tagStatus: "untagged",
          countType: "sinceImagePushed",
          countUnit: "days",
          countNumber: untaggedDays,
        },
        action: { type: "expire" },
      };
      new LifecyclePolicy(
        `${name}-${path}`,
        { repository: repository.name, policy: JSON.stringify({ rules: [rule] }) },
        inside,
      );
    }
  }
}
