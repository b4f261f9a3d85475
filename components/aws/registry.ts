/** The image registry in the region: a repository for each image and chart, whose versions can't be moved once pushed. */
import { LifecyclePolicy } from "@pulumi/aws/ecr/lifecyclePolicy.js";
import { Repository } from "@pulumi/aws/ecr/repository.js";
import {
  all,
  ComponentResource,
  type ComponentResourceOptions,
  interpolate,
  type Output,
} from "@pulumi/pulumi";
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
  /** Whether AWS can be asked what was pushed; a plan asks nobody. */
  readonly asks: boolean;
}

/** Days that an image stays which no version names any more. */
const untaggedDays = 30;

export class AwsRegistry extends ComponentResource {
  /** In front of each image: host and folder. */
  readonly address: Output<string>;
  /** Known once everything is pushed. */
  readonly filled: Output<readonly string[]>;

  constructor(name: string, args: AwsRegistryArgs, options: ComponentResourceOptions) {
    super("rollout:aws:Registry", name, {}, options);
    const { place, keys } = args;
    const pushed: Output<string>[] = [];
    for (const { path, version } of args.contents) {
      const repository = new Repository(
        path,
        {
          name: `${place.name}/${path}`,
          imageTagMutability: "IMMUTABLE",
          imageScanningConfiguration: { scanOnPush: true },
          encryptionConfigurations: [{ encryptionType: "KMS", kmsKey: keys.arns.state }],
          forceDelete: false,
          tags: tags(`${place.name}/${path}`, ["state"]),
        },
        { parent: this, dependsOn: [...keys.ready] },
      );
      if (args.asks) pushed.push(pushedImage(repository, version, this));
      new LifecyclePolicy(
        path,
        {
          repository: repository.name,
          policy: JSON.stringify({
            rules: [
              {
                rulePriority: 1,
                description: "What no version names goes",
                selection: {
                  tagStatus: "untagged",
                  countType: "sinceImagePushed",
                  countUnit: "days",
                  countNumber: untaggedDays,
                },
                action: { type: "expire" },
              },
            ],
          }),
        },
        { parent: this },
      );
    }
    this.address = interpolate`${keys.account}.dkr.ecr.${place.region}.amazonaws.com/${place.name}`;
    this.filled = all(pushed);
    this.registerOutputs({ address: this.address });
  }
}
