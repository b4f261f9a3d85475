/** AWS Control Tower, the group "Digital sovereignty" with the data residency controls. */
import { asked, type ControlSet, open } from "../../engine/control-sets.ts";

const unused = "The kit has no such resource, and a type that no policy knows is refused.";
const call =
  "It is a call to the API, not a resource: a service control policy of the organisation refuses it.";

export const awsSovereignty: ControlSet = {
  id: "aws-control-tower",
  name: "AWS Control Tower",
  title: "AWS Control Tower, group Digital sovereignty (preventive controls) and data residency controls",
  source: "https://docs.aws.amazon.com/controltower/latest/controlreference/ds-preventive-controls.html",
  readAt: "https://docs.aws.amazon.com/controltower/latest/controlreference/control-parameter-concepts.html",
  checked: "2026-11-28",
  controls: [
    asked(
      "CT.MULTISERVICE.PV.1",
      "only allowed regions",
      "region-abroad",
      "region-named-abroad",
      "zone-abroad",
      "provider-endpoint",
      "arn-abroad",
      "foreign-zone-opt-in",
    ),
    asked(
      "AWS-GR_DISALLOW_CROSS_REGION_NETWORKING",
      "no networking over regions, no CloudFront, no Global Accelerator",
      "peering-abroad",
      "content-network",
      "edge-optimised-api",
      "local-zone-route",
    ),
    open(
      "AWS-GR_DISALLOW_VPC_INTERNET_ACCESS",
      "no internet access of a VPC",
      "Factories connect over the internet; the strict profile refuses gateways.",
      "strict-gateway",
      "open-egress",
      "open-ingress",
    ),
    open(
      "AWS-GR_DISALLOW_VPN_CONNECTIONS",
      "no VPN",
      "The strict profile refuses it.",
      "strict-gateway",
      "peering-abroad",
    ),
    asked(
      "AWS-GR_RESTRICT_S3_CROSS_REGION_REPLICATION",
      "no replication of buckets over regions",
      "bucket-replication",
      "multi-region-access-point",
    ),
    open("CT.APPSYNC.PV.1", "GraphQL APIs are private", unused, "unmapped-type"),
    open(
      "CT.EC2.PV.1",
      "snapshots of encrypted volumes only",
      "Volumes have to be encrypted; who makes a snapshot by hand is not seen.",
      "store-unencrypted",
      "snapshot-copy",
    ),
    asked("CT.EC2.PV.2", "attached volumes are encrypted", "store-unencrypted"),
    asked("CT.EC2.PV.3", "snapshots can't be restored by everybody", "foreign-principal", "snapshot-copy"),
    open("CT.EC2.PV.4", "no EBS direct APIs", call),
    open("CT.EC2.PV.5", "no import and export of machine images", call, "snapshot-copy"),
    open("CT.EC2.PV.6", "no deprecated requests for Spot", call),
    open(
      "CT.KMS.PV.1",
      "grants of keys only to services of AWS",
      "Grants to other accounts are refused; a grant inside of the account is allowed.",
      "foreign-principal",
    ),
    open(
      "CT.KMS.PV.2",
      "no RSA keys of 2048 bits for encryption",
      "The kit's keys are symmetric; the size of others is not checked.",
    ),
    open(
      "CT.KMS.PV.3",
      "the lockout check of key policies stays on",
      "It is an argument of one call to the API.",
    ),
    open(
      "CT.KMS.PV.4",
      "key material comes from CloudHSM",
      "A country may ask for it; the kit asks where the key is and whose.",
      "key-abroad",
      "key-store-outside",
    ),
    open(
      "CT.KMS.PV.5",
      "key material is imported",
      "A country may ask for it; the kit asks where the key is and whose.",
      "key-abroad",
      "key-store-outside",
    ),
    open(
      "CT.KMS.PV.6",
      "key material is in an external key store",
      "A country may ask for it; a store has to be a registered host.",
      "key-store-outside",
    ),
    open(
      "CT.LAMBDA.PV.1",
      "function URLs ask for a login by IAM",
      "The kit has no functions.",
      "foreign-principal",
    ),
    open(
      "CT.LAMBDA.PV.2",
      "functions are open to the own account only",
      "The kit has no functions.",
      "foreign-principal",
    ),
  ],
};
