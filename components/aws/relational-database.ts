/**
 * The relational store on AWS: PostgreSQL by RDS with a standby in another zone, encrypted, reached from the cluster's nodes
 * and by TLS alone. Backups stay in the region; any moment of their retention can be restored.
 */
import { SecurityGroup } from "@pulumi/aws/ec2/securityGroup.js";
import { Instance } from "@pulumi/aws/rds/instance.js";
import { ParameterGroup } from "@pulumi/aws/rds/parameterGroup.js";
import { SubnetGroup } from "@pulumi/aws/rds/subnetGroup.js";
import { SecurityGroupIngressRule } from "@pulumi/aws/vpc/securityGroupIngressRule.js";
import { ComponentResource, type ComponentResourceOptions, type Output } from "@pulumi/pulumi";
import { generatedValue } from "../generated-value.ts";
import { ports } from "../ports.ts";
import type { StatefulSize } from "../sizing.ts";
import type { AwsCluster } from "./cluster.ts";
import type { Keys } from "./keys.ts";
import { logGroup } from "./log-group.ts";
import type { AwsNetwork } from "./network.ts";
import type { AwsLocation } from "./place.ts";
import { tags } from "./tags.ts";

export interface RelationalDatabaseArgs {
  readonly place: AwsLocation;
  readonly keys: Keys;
  readonly network: AwsNetwork;
  readonly cluster: AwsCluster;
  readonly size: StatefulSize;
  /** Whether the database may be deleted; a last snapshot stays. */
  readonly deletable?: boolean;
  readonly backup: {
    /** Daily window in UTC, as "02:00-02:30". */
    readonly window: string;
    /** RDS keeps 35 at most. */
    readonly retentionDays: number;
  };
  readonly logDays: number;
}

/** As CloudNativePG's elsewhere: the same migrations run on both. */
const postgresVersion = "18";
const database = "rollout";

/** Signs the server's certificate; each region has its own (docs.aws.amazon.com/AmazonRDS/latest/UserGuide/UsingWithRDS.SSL.html). */
const authority = "rds-ca-rsa2048-g1";

export class RelationalDatabase extends ComponentResource {
  readonly host: Output<string>;
  readonly database = database;
  readonly username = database;
  /** Secret. */
  readonly password: Output<string>;

  constructor(name: string, args: RelationalDatabaseArgs, options: ComponentResourceOptions) {
    super("rollout:aws:RelationalDatabase", name, {}, options);
    const { place, keys, network, cluster, size, backup } = args;
    const identifier = `${place.name}-relational`;
    const classes = ["identity", "diagnosticAnswers", "logs"] as const;
    const logs = ["postgresql", "upgrade"].map((kind) =>
      logGroup(
        `database-${kind}`,
        {
          path: `/aws/rds/instance/${identifier}/${kind}`,
          keyArn: keys.arns.logs,
          retentionDays: args.logDays,
        },
        { parent: this, dependsOn: [...keys.ready] },
      ),
    );
    const subnets = new SubnetGroup(
      "relational",
      { name: identifier, subnetIds: [...network.privateSubnetIds], tags: tags(identifier) },
      { parent: this },
    );
    const group = new SecurityGroup(
      "relational",
      {
        name: identifier,
        description: "Lets the cluster reach the relational store",
        vpcId: network.vpcId,
        egress: [],
        tags: tags(identifier),
      },
      { parent: this },
    );
    new SecurityGroupIngressRule(
      "relational",
      {
        securityGroupId: group.id,
        description: "PostgreSQL from the cluster's nodes",
        referencedSecurityGroupId: cluster.securityGroupId,
        ipProtocol: "tcp",
        fromPort: ports.relationalStore.postgres,
        toPort: ports.relationalStore.postgres,
        tags: tags(identifier),
      },
      { parent: this },
    );
    const parameters = new ParameterGroup(
      "relational",
      {
        name: `${identifier}-${postgresVersion}`,
        family: `postgres${postgresVersion}`,
        parameters: Object.entries({
          "rds.force_ssl": "1",
          ssl_min_protocol_version: "TLSv1.2",
          // Statements are not written to the log: they hold people's names and answers.
          log_statement: "none",
          log_min_duration_statement: "-1",
        }).map(([parameter, value]) => ({ name: parameter, value, applyMethod: "pending-reboot" })),
        tags: tags(identifier),
      },
      { parent: this },
    );
    const password = generatedValue("relational-password", "password", { parent: this });
    const instance = new Instance(
      "relational",
      {
        identifier,
        engine: "postgres",
        engineVersion: postgresVersion,
        autoMinorVersionUpgrade: true,
        instanceClass: instanceClass(size),
        dbName: database,
        username: database,
        password,
        port: ports.relationalStore.postgres,
        multiAz: true,
        dbSubnetGroupName: subnets.name,
        vpcSecurityGroupIds: [group.id],
        publiclyAccessible: false,
        caCertIdentifier: authority,
        parameterGroupName: parameters.name,
        storageType: "gp3",
        // The least that gp3 takes; it grows by itself.
        allocatedStorage: Math.max(20, size.storage),
        maxAllocatedStorage: Math.max(20, size.storage) * 5,
        storageEncrypted: true,
        kmsKeyId: keys.arns.identity,
        backupRetentionPeriod: backup.retentionDays,
        backupWindow: backup.window,
        backupTarget: "region",
        copyTagsToSnapshot: true,
        deleteAutomatedBackups: false,
        deletionProtection: args.deletable !== true,
        skipFinalSnapshot: false,
        finalSnapshotIdentifier: `${identifier}-final`,
        enabledCloudwatchLogsExports: ["postgresql", "upgrade"],
        // Both show statements, with the names and answers in them.
        performanceInsightsEnabled: false,
        monitoringInterval: 0,
        tags: tags(identifier, classes),
      },
      { parent: this, dependsOn: [...logs, ...keys.ready], customTimeouts: { create: "60m" } },
    );
    this.host = instance.address;
    this.password = password;
    this.registerOutputs({ host: this.host });
  }
}

/** Of the general-purpose types, whose processors have 4 GiB each, the smallest that holds the store. */
function instanceClass({ cpu, memory }: StatefulSize): string {
  const processors = Math.max(cpu / 1000, memory / 4096);
  const [, name] = (
    [
      [2, "large"],
      [4, "xlarge"],
      [8, "2xlarge"],
      [16, "4xlarge"],
      [32, "8xlarge"],
      [48, "12xlarge"],
      [64, "16xlarge"],
    ] as const
  ).find(([count]) => count >= processors) ?? [96, "24xlarge"];
  return `db.m5.${name}`;
}
