/** Rules of generic security packs that contradict these policies. Switch them off there, or one of the two always fails. */

export interface Conflict {
  readonly pack: string;
  readonly rule: string;
  readonly asks: string;
  /** The policy that refuses it. */
  readonly policy: string;
  readonly instead: string;
}

export const conflicts: readonly Conflict[] = [
  {
    pack: "Checkov",
    rule: "CKV_AWS_144",
    asks: "S3 buckets are replicated to another Region",
    policy: "bucket-replication",
    instead: "Three zones of the Region hold each object; replicate within the Region if that is not enough.",
  },
  {
    pack: "AWS Config",
    rule: "s3-bucket-cross-region-replication-enabled",
    asks: "S3 buckets are replicated to another Region",
    policy: "bucket-replication",
    instead: "As above.",
  },
  {
    pack: "Checkov",
    rule: "CKV_AWS_121",
    asks: "an aggregator of AWS Config collects from all Regions",
    policy: "aggregation",
    instead: "Collect within the account and the Regions of the file.",
  },
  {
    pack: "Checkov",
    rule: "CKV_AWS_310",
    asks: "CloudFront distributions fail over to a second origin",
    policy: "content-network",
    instead: "No distribution is in front of the stack.",
  },
];
