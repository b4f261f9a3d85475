/** CloudWatch log groups in the region: encrypted with the stack's key, kept as long as the file says. */
import { LogGroup } from "@pulumi/aws/cloudwatch/logGroup.js";
import type { CustomResourceOptions, Output } from "@pulumi/pulumi";
import { tags } from "./tags.ts";

/** The periods that CloudWatch Logs offers, in days (API reference, PutRetentionPolicy). */
const offered = [
  1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
] as const;

/** @returns the shortest offered period that is at least as long; the longest one where none is. */
export function offeredRetention(days: number): number {
  return offered.find((period) => period >= days) ?? offered[offered.length - 1] ?? 3653;
}

export interface LogGroupArgs {
  /** Value of the tag `Name`. */
  readonly title: string;
  /** As the service that writes to it names it: `/aws/eks/…/cluster`. */
  readonly path: string;
  readonly keyArn: Output<string>;
  readonly retentionDays: number;
}

export function logGroup(name: string, args: LogGroupArgs, options: CustomResourceOptions): LogGroup {
  return new LogGroup(
    name,
    {
      name: args.path,
      kmsKeyId: args.keyArn,
      retentionInDays: offeredRetention(args.retentionDays),
      tags: tags(args.title, ["logs"]),
    },
    options,
  );
}
