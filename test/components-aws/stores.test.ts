/** Keys, database, buckets and trail: single-region, encrypted, closed, backed up in the region, hard to delete. */
import { X509Certificate } from "node:crypto";
import { describe, expect, test } from "vitest";
import { offeredRetention } from "../../components/aws/log-group.ts";
import { regionalAuthorities } from "../../components/aws/relational-login.ts";
import { at, shownName } from "../../plan/plan.ts";
import { list, object } from "../plan/planned.ts";
import { awsResource, awsResources, planOnAws, statementsOf } from "./planned.ts";

describe("keys", () => {
  test("stay in the region, rotate, and are hard to delete", async () => {
    const keys = awsResources(await planOnAws(), "kms/key:Key");
    expect(keys.length).toBe(6);
    for (const { properties, name } of keys)
      expect(properties, name).toMatchObject({
        multiRegion: false,
        enableKeyRotation: true,
        deletionWindowInDays: 30,
      });
  });

  test("let everybody use them through a service of the region for the own account alone, and managers read nothing", async () => {
    const plan = await planOnAws((aws) => {
      aws.account = "123456789012";
    });
    const policies = awsResources(plan, "kms/keyPolicy:KeyPolicy");
    expect(policies.length).toBe(6);
    for (const policy of policies)
      for (const { Sid, Principal, Action, Condition } of statementsOf(policy)) {
        if (Principal === "*") {
          expect(Condition?.StringEquals?.["kms:CallerAccount"], policy.urn).toBe("123456789012");
          for (const service of [Condition?.StringEquals?.["kms:ViaService"]].flat())
            expect(service, policy.urn).toMatch(/\.af-south-1\.amazonaws\.com$/);
        }
        if (Sid === "Manage")
          expect([Action].flat().join(), policy.urn).not.toMatch(
            /Decrypt|Encrypt|GenerateDataKey|CreateGrant/,
          );
        expect([Action].flat(), policy.urn).not.toContain("kms:*");
      }
  });

  test("encrypt each class of data apart", async () => {
    const plan = await planOnAws();
    const keyOf = (value: unknown) => String(value).split("/").at(-1);
    expect(keyOf(at(awsResource(plan, "rds/instance:Instance").properties, "kmsKeyId"))).toBe("identity");
    expect(keyOf(at(awsResource(plan, "cloudtrail/trail:Trail").properties, "kmsKeyId"))).toBe("logs");
    const ofBucket = (name: string) =>
      keyOf(
        at(
          awsResource(
            plan,
            "s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
            name,
          ).properties,
          "rules",
          0,
          "applyServerSideEncryptionByDefault",
          "kmsMasterKeyId",
        ),
      );
    expect(["backups", "state", "audit"].map(ofBucket)).toEqual(["backups", "state", "logs"]);
  });
});

describe("the relational store", () => {
  test("is encrypted, private, by TLS alone, backed up in the region, and hard to delete", async () => {
    const plan = await planOnAws((_, country) => {
      country.hosting.backup.retention = "P90D";
      country.hosting.backup.at = "02:00";
    });
    const instance = awsResource(plan, "rds/instance:Instance");
    expect(instance.properties).toMatchObject({
      engine: "postgres",
      multiAz: true,
      storageEncrypted: true,
      publiclyAccessible: false,
      // RDS keeps no longer.
      backupRetentionPeriod: 35,
      // 02:00 in Johannesburg.
      backupWindow: "00:00-00:30",
      backupTarget: "region",
      deletionProtection: true,
      skipFinalSnapshot: false,
      deleteAutomatedBackups: false,
    });
    expect(instance.secrets).toContain("password");
    const parameters = list(
      at(awsResource(plan, "rds/parameterGroup:ParameterGroup").properties, "parameters"),
    );
    const parameter = (name: string) =>
      at(
        parameters.find((item) => at(item, "name") === name),
        "value",
      );
    expect(parameter("rds.force_ssl")).toBe("1");
    // Statements hold people's names and answers.
    expect(parameter("log_statement")).toBe("none");
  });

  test("is reached from the cluster's nodes and from nowhere else", async () => {
    const plan = await planOnAws();
    const rules = awsResources(plan, "vpc/securityGroupIngressRule:SecurityGroupIngressRule").filter(
      ({ properties }) => at(properties, "securityGroupId") === "relational-id",
    );
    expect(rules).toHaveLength(1);
    expect(rules[0]?.properties).toMatchObject({ fromPort: 5432, toPort: 5432 });
    expect(at(rules[0]?.properties, "referencedSecurityGroupId")).toBe("cluster-security-group-id");
    expect(at(rules[0]?.properties, "cidrIpv4")).toBeUndefined();
  });

  test("takes the place of the cluster's own: no operator, no instance, no open flow of one", async () => {
    const plan = await planOnAws();
    expect(plan.resources.filter(({ type }) => type.includes("cnpg.io"))).toEqual([]);
    const charts = plan.resources.filter(({ type }) => type.endsWith(":Release")).map(shownName);
    expect(charts.sort()).toEqual(["cert-manager", "gateway-helm"]);
    const policies = plan.resources.filter(({ type }) => type.endsWith(":NetworkPolicy"));
    expect(policies.map(shownName)).not.toContain("relational-store");
    expect(JSON.stringify(policies.map(({ properties }) => properties))).not.toContain(
      '"app.kubernetes.io/name":"relational-store"',
    );
    const host = at(
      plan.resources.find((resource) => shownName(resource) === "connections")?.properties,
      "data",
      "connections.json",
    );
    expect(JSON.parse(String(host)).relational.host).toMatch(/\.af-south-1\.rds\.amazonaws\.com$/);
  });

  test.each(["af-south-1", "sa-east-1"])("is vouched for by the authorities of %s alone", (region) => {
    const certificates = regionalAuthorities(region).map((pem) => new X509Certificate(pem));
    // Three kinds of keys that a server's certificate may be of.
    expect(certificates.length).toBe(3);
    for (const { ca, subject, validTo } of certificates) {
      expect(ca).toBe(true);
      expect(subject).toContain(`Amazon RDS ${region} `);
      expect(new Date(validTo).getTime()).toBeGreaterThan(Date.parse("2040-01-01"));
    }
  });
});

describe("buckets", () => {
  test("are closed, by TLS alone, versioned, never copied", async () => {
    const plan = await planOnAws();
    const buckets = awsResources(plan, "s3/bucket:Bucket");
    expect(buckets.map(shownName).sort()).toEqual(["audit", "backups", "state"]);
    for (const { name, properties } of buckets) {
      expect(at(properties, "forceDestroy")).toBe(false);
      expect(
        awsResource(plan, "s3/bucketPublicAccessBlock:BucketPublicAccessBlock", name).properties,
      ).toMatchObject({
        blockPublicAcls: true,
        blockPublicPolicy: true,
        ignorePublicAcls: true,
        restrictPublicBuckets: true,
      });
      expect(
        at(
          awsResource(plan, "s3/bucketVersioning:BucketVersioning", name).properties,
          "versioningConfiguration",
        ),
      ).toEqual({ status: "Enabled" });
      const [first] = statementsOf(awsResource(plan, "s3/bucketPolicy:BucketPolicy", name));
      expect(first).toMatchObject({
        Effect: "Deny",
        Principal: "*",
        Action: "s3:*",
        Condition: { Bool: { "aws:SecureTransport": "false" } },
      });
      expect(first?.Resource).toHaveLength(2);
    }
    expect(awsResources(plan).filter(({ type }) => /replica/i.test(type))).toEqual([]);
  });

  test("forget backups a week after the file says, since a day's backup needs its week's full one, and state never", async () => {
    const plan = await planOnAws((_, country) => {
      country.hosting.backup.retention = "P35D";
    });
    const rule = (name: string) =>
      at(
        awsResource(plan, "s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration", name).properties,
        "rules",
        0,
      );
    expect(at(rule("backups"), "expiration", "days")).toBe(35 + 7);
    expect(at(rule("state"), "expiration")).toBeUndefined();
  });

  test("a team that has a bucket for its state gets no second", async () => {
    const plan = await planOnAws((_, country) => {
      country.hosting.state = {
        ...country.hosting.state,
        backend: "bucket",
        url: "s3://ours?region=af-south-1",
        country: "ZA",
      };
    });
    expect(awsResources(plan, "s3/bucket:Bucket").map(shownName)).not.toContain("state");
  });
});

describe("backups of the time-series store", () => {
  test("go to the bucket by the pods' own rights, without a key of anybody", async () => {
    const plan = await planOnAws();
    const set = object(plan, "StatefulSet", "time-series-store-shard-1");
    const pod = at(set.properties, "spec", "template", "spec");
    expect(at(pod, "serviceAccountName")).toBe("time-series-store");
    const variables = list(at(pod, "containers", 0, "env")).map((item) => String(at(item, "name")));
    expect(variables).toContain("BACKUP_ADDRESS");
    expect(variables.join()).not.toMatch(/ACCESS_KEY|BACKUP_KEY/);
    const config = at(object(plan, "ConfigMap", "time-series-settings").properties, "data", "config.yaml");
    expect(config).toContain("use_environment_credentials: true");
    // S3 refuses keys that it is shown where the bucket has one of its own.
    expect(config).not.toContain("customer_key");
    const association = awsResource(plan, "eks/podIdentityAssociation:PodIdentityAssociation");
    expect(association.properties).toMatchObject({
      namespace: "rollout",
      serviceAccount: "time-series-store",
    });
  });

  test("only those pods have the rights", async () => {
    const plan = await planOnAws();
    const others = plan.resources.filter(
      (resource) =>
        /:(Deployment|StatefulSet|CronJob|Job)$/.test(resource.type) &&
        !shownName(resource).startsWith("time-series-store"),
    );
    expect(others.length).toBeGreaterThan(4);
    for (const { properties, name } of others)
      expect(JSON.stringify(properties), name).not.toContain('"serviceAccountName":"time-series-store"');
  });
});

test("the trail records the region, in the region, signed, with every touch of the buckets", async () => {
  const plan = await planOnAws();
  const trail = awsResource(plan, "cloudtrail/trail:Trail");
  expect(trail.properties).toMatchObject({
    isMultiRegionTrail: false,
    isOrganizationTrail: false,
    enableLogFileValidation: true,
    enableLogging: true,
  });
  const touched = at(trail.properties, "eventSelectors", 0, "dataResources", 0, "values");
  expect(list(touched).map((arn) => String(arn).split("-").at(-2))).toEqual(["backups", "state"]);
  // Nobody else's trail writes into the bucket.
  for (const { Effect, Condition } of statementsOf(
    awsResource(plan, "s3/bucketPolicy:BucketPolicy", "audit"),
  ))
    if (Effect === "Allow")
      expect(Condition?.StringEquals?.["aws:SourceArn"]).toMatch(/^arn:aws:cloudtrail:af-south-1:/);
});

test("logs are kept no shorter than the file says", () => {
  expect([1, 90, 91, 730, 731, 9999].map(offeredRetention)).toEqual([1, 90, 120, 731, 731, 3653]);
});
