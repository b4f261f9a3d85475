/** The cluster: who reaches its API, what is encrypted, what pods may do, and that its nodes carry the parts. */
import { describe, expect, test } from "vitest";
import { nodePool } from "../../components/aws/node-pool.ts";
import { sizeStack } from "../../components/sizing.ts";
import { at, shownName } from "../../plan/plan.ts";
import { changedCountry, list } from "../plan/planned.ts";
import { awsResource, awsResources, planOnAws, statementsOf, texts } from "./planned.ts";

const cluster = (plan: Awaited<ReturnType<typeof planOnAws>>) =>
  awsResource(plan, "eks/cluster:Cluster").properties;

describe("the API", () => {
  test("answers inside the network alone", async () => {
    const plan = await planOnAws();
    expect(at(cluster(plan), "vpcConfig")).toMatchObject({
      endpointPrivateAccess: true,
      endpointPublicAccess: false,
    });
    expect(JSON.stringify(plan.outputs.notes)).toContain("clusterAccessFrom");
  });

  test("answers the file's addresses from outside, and no others", async () => {
    const plan = await planOnAws((aws) => {
      aws.clusterAccessFrom = ["196.25.0.0/16"];
    });
    expect(at(cluster(plan), "vpcConfig")).toMatchObject({
      endpointPublicAccess: true,
      publicAccessCidrs: ["196.25.0.0/16"],
    });
  });

  test("is administered by the file's roles, and then not by whoever made it", async () => {
    const administrator = "arn:aws:iam::123456789012:role/rollout-admin";
    const plan = await planOnAws((aws) => {
      aws.administrators = [administrator];
    });
    expect(at(cluster(plan), "accessConfig")).toEqual({
      authenticationMode: "API",
      bootstrapClusterCreatorAdminPermissions: false,
    });
    expect(at(awsResource(plan, "eks/accessEntry:AccessEntry").properties, "principalArn")).toBe(
      administrator,
    );
    const manage = statementsOf(awsResource(plan, "kms/keyPolicy:KeyPolicy", "identity")).find(
      ({ Sid }) => Sid === "Manage",
    );
    expect(manage?.Principal).toEqual({ AWS: [administrator] });
  });

  test("is logged in full, and its log ends when the file says", async () => {
    const plan = await planOnAws();
    expect(texts(at(cluster(plan), "enabledClusterLogTypes")).sort()).toEqual([
      "api",
      "audit",
      "authenticator",
      "controllerManager",
      "scheduler",
    ]);
    // By this name EKS would make one without a key or an end.
    const group = awsResource(plan, "cloudwatch/logGroup:LogGroup", "eks-cluster");
    expect(at(group.properties, "name")).toBe(`/aws/eks/${at(cluster(plan), "name")}/cluster`);
    const { dependencies } = awsResource(plan, "eks/cluster:Cluster");
    expect(dependencies).toContain(group.urn);
  });
});

test("Secrets are encrypted with the stack's own key", async () => {
  const plan = await planOnAws();
  expect(at(cluster(plan), "encryptionConfig")).toEqual({
    resources: ["secrets"],
    provider: { keyArn: "arn:aws:kms:af-south-1:000000000000:key/keys" },
  });
});

test("nodes have encrypted disks, no public address, and keep their rights from pods", async () => {
  const plan = await planOnAws();
  const { properties } = awsResource(plan, "ec2/launchTemplate:LaunchTemplate");
  expect(at(properties, "blockDeviceMappings", 0, "ebs")).toMatchObject({
    volumeType: "gp3",
    encrypted: "true",
    kmsKeyId: "arn:aws:kms:af-south-1:000000000000:key/machine-telemetry",
  });
  expect(at(properties, "metadataOptions")).toMatchObject({
    httpTokens: "required",
    httpPutResponseHopLimit: 1,
  });
  expect(at(properties, "networkInterfaces", 0, "associatePublicIpAddress")).toBe("false");
  // What nodes may do, pods of the host's network may too: they pull images and join, nothing else.
  const attached = awsResources(plan, "iam/rolePolicyAttachment:RolePolicyAttachment")
    .filter((attachment) => shownName(attachment).startsWith("nodes-"))
    .map(({ properties }) => String(at(properties, "policyArn")).split("/").at(-1));
  expect(attached.sort()).toEqual(["AmazonEC2ContainerRegistryPullOnly", "AmazonEKSWorkerNodePolicy"]);
});

test("volumes are encrypted with the stack's key and stay in the file's zones", async () => {
  const plan = await planOnAws();
  const storage = plan.resources.find(({ type }) => type.endsWith(":StorageClass"))?.properties;
  expect(storage).toMatchObject({
    provisioner: "ebs.csi.aws.com",
    parameters: {
      type: "gp3",
      encrypted: "true",
      kmsKeyId: "arn:aws:kms:af-south-1:000000000000:key/machine-telemetry",
    },
  });
  expect(at(storage, "allowedTopologies", 0, "matchLabelExpressions", 0, "values")).toEqual([
    "af-south-1a",
    "af-south-1b",
    "af-south-1c",
  ]);
});

test("add-ons are pinned, and network policies are enforced", async () => {
  const plan = await planOnAws();
  const addons = awsResources(plan, "eks/addon:Addon");
  for (const { properties, name } of addons)
    expect(at(properties, "addonVersion"), name).toMatch(/^v\d+\.\d+\.\d+-eksbuild\.\d+$/);
  expect(addons.map(shownName)).toContain("aws-ebs-csi-driver");
  const network = addons.find((addon) => shownName(addon) === "vpc-cni");
  expect(JSON.parse(String(at(network?.properties, "configurationValues")))).toMatchObject({
    enableNetworkPolicy: "true",
  });
});

test("no statement gives a role everything, and each names its resources", async () => {
  const plan = await planOnAws();
  const policies = awsResources(plan, "iam/rolePolicy:RolePolicy");
  expect(policies.length).toBeGreaterThan(2);
  for (const policy of policies)
    for (const { Action, Resource } of statementsOf(policy)) {
      expect(Resource, policy.urn).not.toBe("*");
      for (const action of [Action].flat()) expect(action, policy.urn).not.toMatch(/^[a-z0-9]*:?\*$/);
    }
});

test("parts wait for nodes, disks and names", async () => {
  const plan = await planOnAws();
  const provider = plan.resources.find(({ type }) => type === "pulumi:providers:kubernetes");
  for (const needed of ["eks/nodeGroup:NodeGroup", "eks/addon:Addon"])
    for (const resource of awsResources(plan, needed))
      if (!["vpc-cni", "kube-proxy", "eks-pod-identity-agent"].includes(shownName(resource)))
        expect(provider?.dependencies).toContain(resource.urn);
  // No secret stands in the way to the cluster: each login is asked of AWS.
  const kubeconfig = String(at(provider?.properties, "kubeconfig"));
  expect(JSON.parse(kubeconfig).users[0].user.exec.args).toEqual(
    expect.arrayContaining(["--region", "af-south-1"]),
  );
  expect(kubeconfig).not.toMatch(/token":|client-key/);
});

describe("nodes", () => {
  const sizeOf = (machines: number) =>
    sizeStack(
      changedCountry((_, country) => {
        country.programme.scale.inThreeYears.machines = machines;
        country.programme.scale.inThreeYears.companies = Math.ceil(machines / 10);
      }).country,
      3,
    );
  /** Of the types that the formula chooses. */
  const room: Record<string, readonly [cpu: number, memory: number]> = {
    large: [2, 8],
    xlarge: [4, 16],
    "2xlarge": [8, 32],
    "4xlarge": [16, 64],
    "8xlarge": [32, 128],
    "12xlarge": [48, 192],
    "16xlarge": [64, 256],
    "24xlarge": [96, 384],
  };

  test.each([10, 1_000, 50_000, 1_000_000])("for %i machines hold all parts at their largest", (machines) => {
    const size = sizeOf(machines);
    const pool = nodePool(size, 3, undefined);
    const [cpu, memory] = room[pool.instanceTypes[0]?.split(".")[1] ?? ""] ?? [0, 0];
    const { broker, keeper, timeSeries, ingest, analytics, diagnostic } = size;
    const needed = (amount: "cpu" | "memory") =>
      broker.replicas * broker[amount] +
      keeper.replicas * keeper[amount] +
      timeSeries.replicas * timeSeries.shards * timeSeries[amount] +
      [ingest, analytics, diagnostic].reduce((sum, part) => sum + part.maximumReplicas * part[amount], 0);
    expect(pool.perZone * 3 * cpu * 1000).toBeGreaterThan(needed("cpu"));
    expect(pool.perZone * 3 * memory * 1024).toBeGreaterThan(needed("memory"));
    // The largest pod fits on one of them.
    for (const part of [broker, timeSeries, ingest]) {
      expect(cpu * 1000).toBeGreaterThan(part.cpu);
      expect(memory * 1024).toBeGreaterThan(part.memory);
    }
  });

  test("are of the file's types where it names them, with the system for their processor", () => {
    const size = sizeOf(10_000);
    const given = nodePool(size, 3, ["m7g.2xlarge"]);
    expect(given).toMatchObject({ instanceTypes: ["m7g.2xlarge"], imageType: "AL2023_ARM_64_STANDARD" });
    expect(nodePool(size, 3, ["m6i.2xlarge"]).imageType).toBe("AL2023_x86_64_STANDARD");
    // Smaller nodes are more nodes.
    expect(nodePool(size, 3, ["m6i.large"]).perZone).toBeGreaterThan(given.perZone);
  });
});

test("images come from the stack's own registry, whose versions stay what they are", async () => {
  const plan = await planOnAws();
  const repositories = awsResources(plan, "ecr/repository:Repository");
  for (const { properties, name } of repositories)
    expect(properties, name).toMatchObject({
      imageTagMutability: "IMMUTABLE",
      imageScanningConfiguration: { scanOnPush: true },
      encryptionConfigurations: [{ encryptionType: "KMS" }],
    });
  const held = repositories.map(({ properties }) => String(at(properties, "name")));
  const host = "000000000000.dkr.ecr.af-south-1.amazonaws.com/";
  const used = new Set(
    plan.resources
      .filter(({ type }) => type.startsWith("kubernetes:"))
      .flatMap(({ properties }) => [
        ...JSON.stringify(properties).matchAll(/"(?:image|imageRepository|repository|chart)":"([^"]+)"/g),
      ])
      .map(([, image = ""]) => image.replace(/^oci:\/\//, "").replace(/:[^:/]+$/, "")),
  );
  expect(used.size).toBeGreaterThan(8);
  for (const image of used) {
    expect(image.startsWith(host), image).toBe(true);
    expect(held).toContain(image.slice(host.length));
  }
  expect(list(at(plan.outputs, "notes")).join()).toContain("says how they are pushed");
});
