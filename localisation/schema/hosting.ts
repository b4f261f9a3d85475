/** `hosting`: what the stack runs on, and how its environments differ. */

import { choice, field, list, optional, settings, text } from "./builders.ts";
import { CountryCode, ObjectName, Port, RetentionPeriod, TimeOfDay, WebAddress } from "./common.ts";
import { Aws } from "./hosting-aws.ts";
import { Kubernetes } from "./hosting-kubernetes.ts";
import { Sizes } from "./sizes.ts";
import Type from "./type.ts";

/** Targets on a cluster: their stack has a plan. */
export const clusterTargets = ["kubernetes", "aws"] as const;
export const targets = ["local", ...clusterTargets] as const;

/** Environments that a file may describe; `production` refuses placeholders. */
const environmentNames = ["training", "pilot", "staging", "production"] as const;

const Local = settings("Local target", "Settings of the stack in one process.", {
  bind: Type.String({
    title: "Address",
    default: "127.0.0.1",
    description: "Address to listen on. The default can only be reached from this machine.",
    format: "address",
    expected: "an IP address",
    examples: ["127.0.0.1"],
  }),
  address: optional.field(
    WebAddress,
    "Web address",
    "Address at which browsers reach the pages, where a proxy stands before them; links carry it. This machine's where absent.",
    { examples: ["https://sme.example.org"] },
  ),
  ports: settings("Ports", "TCP ports to listen on.", {
    http: field(Port, "HTTP", "Port of the web app; 0 takes any free one.", { default: 8080 }),
    mqtt: field(Port, "MQTT", "Port of the broker without TLS, on loopback only; 0 takes any free one.", {
      default: 1883,
      examples: [1883],
    }),
    mqtts: field(Port, "MQTT over TLS", "Port of the broker with TLS; 0 takes any free one.", {
      default: 8883,
      examples: [8883],
    }),
  }),
});

const Backup = settings("Backup", "When backups are made, how long they are kept, and where.", {
  at: field(TimeOfDay, "At", "When the daily backup starts, in the country's time zone.", {
    default: "02:00",
  }),
  retention: field(RetentionPeriod, "Kept for", "How long a backup is kept.", { default: "P35D" }),
  destination: optional.group(
    "Destination",
    "S3-compatible store of the backups. `aws` makes its own bucket in the region.",
    {
      endpoint: field(WebAddress, "Endpoint", "Address of the S3-compatible store.", {
        examples: ["https://s3.example.gov.za"],
      }),
      bucket: text("Bucket", "Name of the bucket.", {
        pattern: "^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$",
        expected: "the name of a bucket: 3 to 63 lower-case letters, digits, dots and hyphens",
        examples: ["rollout-za-backups"],
      }),
      folder: text(
        "Folder",
        "Folder of the bucket that holds this stack's backups and no other's. `/` is the bucket itself, where versions of the kit before this field wrote.",
        {
          pattern: "^(/|[A-Za-z0-9][A-Za-z0-9._-]*(/[A-Za-z0-9][A-Za-z0-9._-]*)*)$",
          maxLength: 200,
          expected: "a folder's name, or several with / between them",
          derived: "the country, the environment or `base`, and the namespace: `za-production/rollout`",
          examples: ["za-production/rollout"],
        },
      ),
      region: optional.text("Region", "The store's name of its region, where it asks for one.", {
        examples: ["af-south-1"],
      }),
      authority: optional.text(
        "Authority",
        "Certificate of the authority that signed the store's, in PEM, where it is not a public one. Several may follow each other, such as the old one and the new one.",
        {
          minLength: 1,
          maxLength: 100_000,
          examples: ["-----BEGIN CERTIFICATE-----\n…\n-----END CERTIFICATE-----\n"],
        },
      ),
      country: field(CountryCode, "Country", "Where the store is."),
      credentialsSecret: field(
        ObjectName,
        "Credentials",
        "Secret of the cluster that holds `accessKeyId` and `secretAccessKey`.",
        { default: "backup-destination" },
      ),
    },
  ),
  local: optional.group(
    "Local backups",
    "Backups of the target `local`, which makes them every day at the same time while it runs.",
    {
      folder: text(
        "Folder",
        "Where backups are written, best on another disk or machine; relative to where `rollout` is run.",
        { minLength: 1, examples: ["/mnt/backups/rollout"] },
      ),
      recipients: list(
        "Recipients",
        "Public keys of the people who may read the backups. Keep their secret keys away from the stack.",
        {
          items: text("Public key", "Public key of age, as `rollout backup --new-key` prints it.", {
            pattern: "^age1[0-9a-z]{58,2000}$",
            expected: "a public key of age, which begins with age1",
            examples: ["age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p"],
          }),
          minItems: 1,
          uniqueItems: true,
          examples: [["age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p"]],
        },
      ),
    },
  ),
});

const State = settings(
  "State",
  "Where the kit records what it built. It contains secrets and never leaves the country.",
  {
    backend: choice(
      "Where",
      "`file`: below `.rollout/` next to the checkout. `bucket`: an S3-compatible bucket in the country.",
      ["file", "bucket"],
      { default: "file" },
    ),
    url: optional.text("Address", "Address of the bucket, as Pulumi writes it.", {
      pattern: "^s3://[^\\s]+$",
      expected: "the address of a bucket",
      examples: ["s3://rollout-za-state?region=af-south-1"],
    }),
    country: optional.field(CountryCode, "Country", "Where the bucket is."),
    secrets: choice(
      "Secrets",
      "What encrypts secrets in the state: a passphrase of the team, or a key of AWS KMS in the region.",
      ["passphrase", "aws-kms"],
      { default: "passphrase" },
    ),
    key: optional.text("Key", "Alias or ARN of the KMS key.", {
      minLength: 1,
      examples: ["alias/rollout-state"],
    }),
  },
);

const Logs = settings("Logs", "How long logs are kept.", {
  retention: field(
    RetentionPeriod,
    "Kept for",
    "How long the parts' logs are kept. `aws` deletes them; in other clusters whoever collects them has to. On one machine the running stack does.",
    { default: "P90D" },
  ),
  auditRetention: field(
    RetentionPeriod,
    "Audit logs kept for",
    "How long the audit trail of `aws` is kept.",
    { default: "P2Y" },
  ),
});

export const Hosting = settings("Hosting", "What the stack runs on, and how its environments differ.", {
  target: choice(
    "Target",
    "`local`: one process on one machine. `kubernetes`: a cluster in the country. `aws`: EKS in a region in the country.",
    targets,
    { default: "local" },
  ),
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
});
