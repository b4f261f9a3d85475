/** Keys belong to one region. */
import type { ResourcePolicy } from "../../engine/policy.ts";
import { booleanAt } from "../../resources/properties.ts";

export const keyMultiRegion: ResourcePolicy = {
  id: "key-multi-region",
  area: "copies",
  scope: "resource",
  title: "Encryption keys belong to one region.",
  risk: "A multi-Region key can be replicated abroad with one call, and then its data can be decrypted there.",
  types: [
    "aws:kms/key:Key",
    "aws:kms/externalKey:ExternalKey",
    "aws:kms/replicaKey:ReplicaKey",
    "aws:kms/replicaExternalKey:ReplicaExternalKey",
  ],
  severity: "critical",
  level: "mandatory",
  dataClasses: ["keys"],
  controls: { iso27001: ["A.8.24"], nist80053: ["SC-12", "SC-12(6)"] },
  remediation: "Make a new key without multiRegion and re-encrypt: an existing key can't be changed.",
  check({ type, properties }) {
    const isReplica = /:Replica\w*Key$/.test(type);
    if (!isReplica && booleanAt(properties, "multiRegion") !== true) return [];
    return {
      path: isReplica ? "" : "multiRegion",
      ...(isReplica ? {} : { value: "true" }),
      message: isReplica
        ? "It is a copy of a key of another region."
        : "The key can be replicated to other regions.",
      remediation: isReplica
        ? "Remove it and use a key of the region."
        : "Make a new key with multiRegion: false.",
    };
  },
  examples: {
    passing: [{ pulumi: "identity: { type: aws:kms/key:Key, properties: { enableKeyRotation: true } }" }],
    failing: [
      {
        pulumi: "identity: { type: aws:kms/key:Key, properties: { multiRegion: true } }",
        findings: `Key/identity multiRegion: The key can be replicated to other regions. Make a new key with multiRegion: false.`,
      },
      {
        pulumi: "identity: { type: aws:kms/replicaKey:ReplicaKey }",
        findings: `ReplicaKey/identity: It is a copy of a key of another region. Remove it and use a key of the region.`,
      },
    ],
  },
};
