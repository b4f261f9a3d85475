/**
 * The relational store on AWS: PostgreSQL by RDS with a standby in another zone, encrypted, reached only from the cluster's
 * nodes and only by TLS. Backups stay in the region; it can be restored to any point in time within their retention.
 */
import { SecurityGroup } from "@pulumi/aws/ec2/securityGroup.js";
import { Instance } from "@pulumi/aws/rds/instance.js";
import { ParameterGroup } from "@pulumi/aws/rds/parameterGroup.js";
import { SubnetGroup } from "@pulumi/aws/rds/subnetGroup.js";
import { SecurityGroupIngressRule } from "@pulumi/aws/vpc/securityGroupIngressRule.js";
import { ComponentResource, type ComponentResourceOptions, type Output, type Resource } from "@pulumi/pulumi";
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
  /** Whether the database may be deleted; a last snapshot is kept. */
  readonly deletable?: boolean;
  readonly backup: {
    /** Daily window in UTC, as "02:00-02:30". */
    readonly window: string;
    /** RDS keeps 35 at most. */
    readonly retentionDays: number;
  };
  readonly logDays: number;
}

/** The same as CloudNativePG's on other targets: the same migrations run on both. */
const postgresVersion = "18";
const database = "rollout";
const logKinds = ["postgresql", "upgrade"] as const;

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
    const inside = { parent: this };
    const { keys, logDays, network, cluster, size, backup, deletable } = args;
    /** Of the instance, and in front of the names of what belongs to it. */
    const identifier = `${args.place.name}-relational`;
    const logs = logKinds.map((kind) => createLog(kind));
    const subnets = new SubnetGroup(
      name,
      { name: identifier, subnetIds: [...network.privateSubnetIds], tags: tags(identifier) },
      inside,
    );
    const securityGroup = createSecurityGroup();
    const parameters = createParameters();
    const password = generatedValue(`${name}-password`, "password", inside);
    this.password = password;
    this.host = createInstance().address;
    this.registerOutputs({ host: this.host });

    function createLog(kind: string): Resource {
      return logGroup(
        `${name}-database-${kind}`,
        {
          title: `database-${kind}`,
          path: `/aws/rds/instance/${identifier}/${kind}`,
          keyArn: keys.arns.logs,
          retentionDays: logDays,
        },
        { ...inside, dependsOn: [...keys.ready] },
      );
    }

    function createSecurityGroup(): SecurityGroup {
      const group = new SecurityGroup(
        name,
        {
          name: identifier,
          description: "Lets the cluster reach the relational store",
          vpcId: network.vpcId,
          egress: [],
          tags: tags(identifier),
        },
        inside,
      );
      new SecurityGroupIngressRule(
        name,
        {
          securityGroupId: group.id,
          description: "PostgreSQL from the cluster's nodes",
          referencedSecurityGroupId: cluster.securityGroupId,
          ipProtocol: "tcp",
          fromPort: ports.relationalStore.postgres,
          toPort: ports.relationalStore.postgres,
          tags: tags(identifier),
        },
        inside,
      );
      return group;
    }

    function createParameters(): ParameterGroup {
      return new ParameterGroup(
        name,
        {
          name: `${identifier}-${postgresVersion}`,
          family: `postgres${postgresVersion}`,
          parameters: Object.entries({
            "rds.force_ssl": "1",
            ssl_min_protocol_version: "TLSv1.2",
            // Statements are not written to the log: they contain people's names and answers.
            log_statement: "none",
            log_min_duration_statement: "-1",
          }).map(([parameter, value]) => ({ name: parameter, value, applyMethod: "pending-reboot" })),
          tags: tags(identifier),
        },
        inside,
      );
    }

    function createInstance(): Instance {
      // The least that gp3 accepts; it grows by itself.
      const allocatedStorage = Math.max(20, size.storage);
      return new Instance(
        name,
        {
          dbSubnetGroupName: subnets.name,
          vpcSecurityGroupIds: [securityGroup.id],
          parameterGroupName: parameters.name,
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
          publiclyAccessible: false,
          caCertIdentifier: authority,
          storageType: "gp3",
          allocatedStorage,
          maxAllocatedStorage: allocatedStorage * 5,
          storageEncrypted: true,
          kmsKeyId: keys.arns.identity,
          backupRetentionPeriod: backup.retentionDays,
          backupWindow: backup.window,
          backupTarget: "region",
          copyTagsToSnapshot: true,
          deleteAutomatedBackups: false,
          deletionProtection: deletable !== true,
          skipFinalSnapshot: false,
          finalSnapshotIdentifier: `${identifier}-final`,
          enabledCloudwatchLogsExports: [...logKinds],
          // Both show statements, with the names and answers in them.
          performanceInsightsEnabled: false,
          monitoringInterval: 0,
          tags: tags(identifier, ["identity", "diagnosticAnswers", "logs"]),
        },
        { ...inside, dependsOn: [...logs, ...keys.ready], customTimeouts: { create: "60m" } },
      );
    }
  }
}

/** The smallest general-purpose type (4 GiB for each processor) that is large enough for the store. */
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
