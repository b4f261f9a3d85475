/** Where a stack is in AWS, and the name in front of all its resources there. */

export interface AwsLocation {
  /** In front of every name: `rollout-za-production`. */
  readonly name: string;
  /** The file's region, and no other. */
  readonly region: string;
  /** Availability zones of the region that are in the country. */
  readonly zones: readonly string[];
}
