/** `hosting`: what the stack runs on, and how its environments differ. */

import {
  CountryCode,
  field,
  ObjectName,
  Port,
  RetentionPeriod,
  strictObject,
  TimeOfDay,
  WebAddress,
} from "./common.ts";
import { Aws } from "./hosting-aws.ts";
import { Kubernetes } from "./hosting-kubernetes.ts";
import { Sizes } from "./sizes.ts";
import Type from "./type.ts";

/** Targets on a cluster: their stack has a plan. */
export const clusterTargets = ["kubernetes", "aws"] as const;
export const targets = ["local", ...clusterTargets] as const;

/** Environments that a file may describe; `production` refuses placeholders. */
const environmentNames = ["training", "pilot", "staging", "production"] as const;

const Local = strictObject(
  {
    bind: Type.String({
      title: "Address",
      default: "127.0.0.1",
      description: "Address to listen on. The default can only be reached from this machine.",
      format: "address",
      expected: "an IP address",
      examples: ["127.0.0.1"],
    }),
    ports: strictObject(
      {
        http: field(Port, {
          title: "HTTP",
          description: "Port of the web app; 0 takes any free one.",
          default: 8080,
        }),
        mqtt: field(Port, {
          title: "MQTT",
          description: "Port of the broker without TLS, on loopback only; 0 takes any free one.",
          default: 1883,
          examples: [1883],
        }),
        mqtts: field(Port, {
          title: "MQTT over TLS",
          description: "Port of the broker with TLS; 0 takes any free one.",
          default: 8883,
          examples: [8883],
        }),
      },
      { title: "Ports", description: "TCP ports to listen on.", default: {} },
    ),
  },
  { title: "Local target", description: "Settings of the stack in one process.", default: {} },
);

const Backup = strictObject(
  {
    at: field(TimeOfDay, {
      title: "At",
      description: "When the daily backup starts, in the country's time zone.",
      default: "02:00",
    }),
    retention: field(RetentionPeriod, {
      title: "Kept for",
      description: "How long a backup is kept.",
      default: "P35D",
    }),
    destination: Type.Optional(
      strictObject(
        {
          endpoint: field(WebAddress, {
            title: "Endpoint",
            description: "Address of the S3-compatible store.",
            examples: ["https://s3.example.gov.za"],
          }),
          bucket: Type.String({
            title: "Bucket",
            description: "Name of the bucket.",
            pattern: "^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$",
            expected: "the name of a bucket: 3 to 63 lower-case letters, digits, dots and hyphens",
            examples: ["rollout-za-backups"],
          }),
          region: Type.Optional(
            Type.String({
              title: "Region",
              description: "The store's name of its region, where it asks for one.",
              examples: ["af-south-1"],
            }),
          ),
          country: field(CountryCode, { title: "Country", description: "Where the store is." }),
          credentialsSecret: field(ObjectName, {
            title: "Credentials",
            description: "Secret of the cluster that holds `accessKeyId` and `secretAccessKey`.",
            default: "backup-destination",
          }),
        },
        {
          title: "Destination",
          description: "S3-compatible store of the backups. `aws` makes its own bucket in the region.",
        },
      ),
    ),
    local: Type.Optional(
      strictObject(
        {
          folder: Type.String({
            title: "Folder",
            description:
              "Where backups are written, best on another disk or machine; relative to where `rollout` is run.",
            minLength: 1,
            examples: ["/mnt/backups/rollout"],
          }),
          recipients: Type.Array(
            Type.String({
              title: "Public key",
              description: "Public key of age, as `rollout backup --new-key` prints it.",
              pattern: "^age1[0-9a-z]{58,2000}$",
              expected: "a public key of age, which begins with age1",
              examples: ["age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p"],
            }),
            {
              title: "Recipients",
              description:
                "Public keys of the people who may read the backups. Keep their secret keys away from the stack.",
              minItems: 1,
              uniqueItems: true,
              examples: [["age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p"]],
            },
          ),
        },
        {
          title: "Local backups",
          description:
            "Backups of the target `local`, which makes them every day at the same time while it runs.",
        },
      ),
    ),
  },
  { title: "Backup", description: "When backups are made, how long they are kept, and where.", default: {} },
);

const State = strictObject(
  {
    backend: Type.Enum(["file", "bucket"], {
      title: "Where",
      description:
        "`file`: below `.rollout/` next to the checkout. `bucket`: an S3-compatible bucket in the country.",
      default: "file",
    }),
    url: Type.Optional(
      Type.String({
        title: "Address",
        description: "Address of the bucket, as Pulumi writes it.",
        pattern: "^s3://[^\\s]+$",
        expected: "the address of a bucket",
        examples: ["s3://rollout-za-state?region=af-south-1"],
      }),
    ),
    country: Type.Optional(field(CountryCode, { title: "Country", description: "Where the bucket is." })),
    secrets: Type.Enum(["passphrase", "aws-kms"], {
      title: "Secrets",
      description:
        "What encrypts secrets in the state: a passphrase of the team, or a key of AWS KMS in the region.",
      default: "passphrase",
    }),
    key: Type.Optional(
      Type.String({
        title: "Key",
        description: "Alias or ARN of the KMS key.",
        minLength: 1,
        examples: ["alias/rollout-state"],
      }),
    ),
  },
  {
    title: "State",
    description: "Where the kit records what it built. It contains secrets and never leaves the country.",
    default: {},
  },
);

const Logs = strictObject(
  {
    retention: field(RetentionPeriod, {
      title: "Kept for",
      description: "How long the parts' logs are kept.",
      default: "P90D",
    }),
    auditRetention: field(RetentionPeriod, {
      title: "Audit logs kept for",
      description: "How long records of who did what are kept.",
      default: "P2Y",
    }),
  },
  { title: "Logs", description: "How long logs are kept.", default: {} },
);

export const Hosting = strictObject(
  {
    target: Type.Enum([...targets], {
      title: "Target",
      description:
        "`local`: one process on one machine. `kubernetes`: a cluster in the country. `aws`: EKS in a region in the country.",
      default: "local",
    }),
    local: Local,
    kubernetes: Type.Optional(Kubernetes),
    aws: Type.Optional(Aws),
    sizes: Sizes,
    backup: Backup,
    logs: Logs,
    state: State,
    environments: Type.Object(
      Object.fromEntries(
        environmentNames.map((name) => [
          name,
          Type.Optional(
            Type.Object(
              {},
              {
                additionalProperties: true,
                overlay: true,
                title: name,
                description: `What is different in ${name === "production" ? "production, which refuses placeholders" : name}.`,
              },
            ),
          ),
        ]),
      ),
      {
        additionalProperties: false,
        title: "Environments",
        description:
          "Small overlays over the whole file, by environment. Maps are merged, lists and plain values are replaced; each is checked after merging.",
        default: {},
        examples: [{ production: { hosting: { target: "kubernetes" } } }],
      },
    ),
  },
  { title: "Hosting", description: "What the stack runs on, and how its environments differ.", default: {} },
);
