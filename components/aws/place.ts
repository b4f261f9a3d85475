/** Where a stack stands in AWS, and what all its resources there are called by. */

export interface AwsLocation {
  /** In front of every name: `rollout-za-production`. */
  readonly name: string;
  /** The file's region, and no other. */
  readonly region: string;
  /** Availability zones of the region that lie in the country. */
  readonly zones: readonly string[];
}
