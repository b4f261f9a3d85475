/** Settings of the whole account, of the region and of its watchmen are the safe ones. */
import type { ResourcePolicy } from "../../engine/policy.ts";
import { unwanted, type WantedByType } from "../../engine/wanted-settings.ts";
import { textAt } from "../../resources/properties.ts";

const publicBuckets = "Buckets of the account may be made public.";

const switches: WantedByType = {
  "aws:s3/accountPublicAccessBlock:AccountPublicAccessBlock": [
    "blockPublicAcls",
    "blockPublicPolicy",
    "ignorePublicAcls",
    "restrictPublicBuckets",
  ].map((path) => ({ path, wanted: true, message: publicBuckets })),
  "aws:ebs/snapshotBlockPublicAccess:SnapshotBlockPublicAccess": [
    {
      path: "state",
      wanted: ["block-all-sharing"],
      message: "Snapshots of disks may be shared with everybody.",
    },
  ],
  "aws:ec2/imageBlockPublicAccess:ImageBlockPublicAccess": [
    {
      path: "state",
      wanted: ["block-new-sharing"],
      message: "Images of machines may be shared with everybody.",
    },
  ],
  "aws:ebs/encryptionByDefault:EncryptionByDefault": [
    { path: "enabled", wanted: true, orAbsent: true, message: "New disks are not encrypted." },
  ],
  "aws:ec2/instanceMetadataDefaults:InstanceMetadataDefaults": [
    {
      path: "httpTokens",
      wanted: ["required"],
      message: "The metadata service of new machines answers without a session token.",
    },
  ],
  "aws:guardduty/detector:Detector": [
    { path: "enable", wanted: true, orAbsent: true, message: "Nobody watches for intruders." },
  ],
  "aws:cfg/recorderStatus:RecorderStatus": [
    { path: "isEnabled", wanted: true, message: "Nobody records what is changed." },
  ],
  "aws:cfg/retentionConfiguration:RetentionConfiguration": [
    {
      path: "retentionPeriodInDays",
      wanted: 365,
      message: "The record of changes is too short for an audit.",
    },
  ],
  "aws:cloudtrail/trail:Trail": [
    { path: "enableLogging", wanted: true, orAbsent: true, message: "Nobody records who did what." },
  ],
  "aws:backup/globalSettings:GlobalSettings": [
    {
      path: "globalSettings.isCrossAccountBackupEnabled",
      wanted: false,
      orAbsent: true,
      message: "Backups may be copied to other accounts.",
    },
  ],
  "aws:iam/accountPasswordPolicy:AccountPasswordPolicy": [
    { path: "minimumPasswordLength", wanted: 14, message: "Passwords may be short." },
  ],
  "aws:s3/bucketOwnershipControls:BucketOwnershipControls": [
    {
      path: "rule.objectOwnership",
      wanted: ["BucketOwnerEnforced"],
      message: "Access lists of single objects count, and no policy sees them.",
    },
  ],
};

export const accountDefaults: ResourcePolicy = {
  id: "account-defaults",
  area: "security",
  scope: "resource",
  title: "Settings of the whole account are the safe ones.",
  risk: "One switch of the account opens every bucket, snapshot or disk that anybody makes later, or blinds the watchmen.",
  types: [...Object.keys(switches), "aws:ssm/serviceSetting:ServiceSetting"],
  severity: "high",
  level: "mandatory",
  dataClasses: ["identity", "diagnosticAnswers", "backups", "logs", "keys"],
  controls: { iso27001: ["A.8.9", "A.8.15", "A.5.15"], nist80053: ["CM-6", "AC-3", "AU-9"] },
  remediation: "Take the safe setting.",
  check(subject) {
    const found = unwanted(subject, switches);
    const { type, properties } = subject;
    const value = textAt(properties, "settingValue");
    if (
      type.endsWith(":ServiceSetting") &&
      /public-sharing/.test(textAt(properties, "settingId") ?? "") &&
      value !== "Disable"
    )
      found.push({
        path: "settingValue",
        value: value ?? "absent",
        message: "Documents with commands may be shared with everybody.",
        remediation: "Set settingValue to Disable.",
      });
    return found;
  },
  examples: {
    passing: [
      {
        pulumi:
          "disks: { type: aws:ebs/encryptionByDefault:EncryptionByDefault, properties: { enabled: true } }",
      },
    ],
    failing: [
      {
        pulumi:
          "disks: { type: aws:ebs/encryptionByDefault:EncryptionByDefault, properties: { enabled: false } }",
        findings: `EncryptionByDefault/disks enabled: New disks are not encrypted. Set enabled to true.`,
      },
      {
        pulumi:
          "shared: { type: aws:ebs/snapshotBlockPublicAccess:SnapshotBlockPublicAccess, properties: { state: unblocked } }",
        findings: `SnapshotBlockPublicAccess/shared state: Snapshots of disks may be shared with everybody. Set state to block-all-sharing.`,
      },
    ],
  },
};
