/** What the doctor says of a cluster, by what was read of it. */
import { describe, expect, test } from "vitest";
import type { KubernetesObject } from "../../cluster/cluster-client.ts";
import { login, quotaVerdict, zoneVerdicts } from "../../stacks/doctor/aws.ts";
import type { ClusterFacts, Node } from "../../stacks/doctor/cluster-facts.ts";
import {
  clock,
  clusterVersion,
  ingress,
  quota,
  room,
  secrets,
  zones,
} from "../../stacks/doctor/cluster-verdicts.ts";
import type { Examined } from "../../stacks/doctor/finding.ts";
import { operatorSigns, verdictOn } from "../../stacks/doctor/operators.ts";
import { verdictOnPermissions } from "../../stacks/doctor/permissions.ts";
import { storage } from "../../stacks/doctor/storage-verdicts.ts";
import type { KubernetesSettings } from "../../stacks/kubernetes/stack.ts";
import { type ChangeableCluster, changedCountry, planChanged } from "../plan/planned.ts";

const node = (name: string, zone: string, more: Partial<Node> = {}): Node => ({
  name,
  labels: { "topology.kubernetes.io/zone": zone },
  open: true,
  free: { cpu: 64_000, memory: 256 * 1024 },
  ...more,
});

const object = (kind: string, name: string, more: object = {}): KubernetesObject => ({
  apiVersion: "v1",
  kind,
  metadata: { name },
  ...more,
});

/** A cluster that is fit for the plan of `changedCountry`. */
const fit: ClusterFacts = {
  version: "v1.34.4",
  clockAhead: 200,
  nodes: [node("a", "zone-a"), node("b", "zone-b"), node("c", "zone-c")],
  storageClasses: [
    object("StorageClass", "encrypted", {
      provisioner: "csi.example.org",
      parameters: { encrypted: "true" },
      volumeBindingMode: "WaitForFirstConsumer",
      allowVolumeExpansion: true,
    }),
  ],
  csiDrivers: ["csi.example.org"],
  ingressClasses: [
    {
      ...object("IngressClass", "nginx"),
      metadata: { name: "nginx", annotations: { "ingressclass.kubernetes.io/is-default-class": "true" } },
    },
  ],
  gatewayClasses: [],
  secrets: ["backup-destination"],
  quotas: [],
  deployments: [],
  loadBalancerSeen: true,
};

const settingsOf = (change: (cluster: ChangeableCluster) => void = () => {}): KubernetesSettings => {
  const { kubernetes } = changedCountry((cluster) => change(cluster)).country.hosting;
  if (kubernetes === undefined) throw new Error("no cluster");
  return kubernetes;
};
const settings = settingsOf();
const plan = await planChanged();
const { country } = changedCountry();

const wrong = (examined: readonly Examined[]) =>
  examined
    .filter(({ verdict }) => verdict !== "ok")
    .map(({ verdict, title, found }) => `${verdict} ${title}: ${found}`);

test("a good cluster passes every check, and what passes has nothing to fix", () => {
  const all = [
    clusterVersion(fit),
    clock(fit),
    ...zones(fit, settings),
    room(fit, settings, plan),
    ...storage(fit, settings),
    ...ingress(fit, settings),
    ...secrets(fit, settings, country),
    quota(fit, plan),
  ];
  expect(wrong(all)).toEqual([]);
  expect(all.length).toBeGreaterThan(12);
  for (const { remediation } of all) expect(remediation).toBe("");
});

test("what the login may not read is skipped with the reason, and neither passes nor fails", () => {
  const blind: ClusterFacts = {
    ...fit,
    nodes: undefined,
    storageClasses: undefined,
    ingressClasses: undefined,
    secrets: undefined,
    quotas: undefined,
    loadBalancerSeen: undefined,
    clockAhead: undefined,
  };
  const all = [
    clock(blind),
    ...zones(blind, settings),
    room(blind, settings, plan),
    ...storage(blind, settings),
    ...ingress(blind, settings),
    ...secrets(blind, settings, country),
    quota(blind, plan),
  ];
  expect(new Set(all.map(({ verdict }) => verdict))).toEqual(new Set(["skipped"]));
});

describe("a cluster", () => {
  test.each([
    ["v1.30.9", "failed"],
    ["v1.31.0", "ok"],
    ["v1.34.4+k3s1", "ok"],
    ["v2.0.0", "ok"],
  ])("of version %s is %s", (version, verdict) => {
    expect(clusterVersion({ ...fit, version }).verdict).toBe(verdict);
  });

  test.each([
    [4_900, "ok"],
    [-30_000, "warning"],
    [61_000, "failed"],
  ])("whose clock is %i ms ahead is %s", (clockAhead, verdict) => {
    expect(clock({ ...fit, clockAhead }).verdict).toBe(verdict);
  });

  test("lacks a zone where no node in it takes pods, or has the labels that the file asks for", () => {
    const closed = { ...fit, nodes: [node("a", "zone-a"), node("b", "zone-b", { open: false })] };
    expect(wrong(zones(closed, settings))).toEqual([
      "failed zone-b: No ready node has the label topology.kubernetes.io/zone=zone-b. Labels of the nodes: zone-a, zone-b.",
      "failed zone-c: No ready node has the label topology.kubernetes.io/zone=zone-c. Labels of the nodes: zone-a, zone-b.",
    ]);
    const pooled = settingsOf((cluster) => {
      cluster.nodeSelector = { pool: "sme" };
    });
    expect(
      zones(fit, pooled).every(
        ({ verdict, remediation }) => verdict === "failed" && remediation.includes("pool=sme"),
      ),
    ).toBe(true);
  });

  test("lacks room where all nodes together, or each alone, have too little; other zones do not count", () => {
    const abroad = {
      ...fit,
      nodes: [
        ...fit.nodes!.map((each) => ({ ...each, free: { cpu: 1000, memory: 1024 } })),
        node("d", "abroad"),
      ],
    };
    expect(room(abroad, settings, plan).found).toMatch(/wanted, 3\.0 processors and 3\.0 GiB free$/);
    const crumbs = {
      ...fit,
      nodes: Array.from({ length: 500 }, (_, index) =>
        node(`n${index}`, "zone-a", { free: { cpu: 400, memory: 300 } }),
      ),
    };
    expect(room(crumbs, settings, plan).found).toMatch(/^No node has room for a pod of /);
  });

  test.each([
    ["is not there", { name: "gone" }, "failed encrypted: It does not exist. There is gone."],
    [
      "says nothing of encryption",
      { parameters: {} },
      "warning encrypted: encryption: Its parameters do not say that it encrypts.",
    ],
    [
      "switches encryption off",
      { parameters: { encrypted: "false" } },
      "failed encrypted: encryption: encrypted: false",
    ],
    [
      "binds at once",
      { volumeBindingMode: "Immediate" },
      "warning encrypted: binding: Immediate: a volume may be created in a zone where no pod may run.",
    ],
    [
      "rests abroad",
      {
        allowedTopologies: [
          {
            matchLabelExpressions: [{ key: "topology.kubernetes.io/zone", values: ["zone-a", "frankfurt"] }],
          },
        ],
      },
      "failed encrypted: zones: Its volumes may be stored in frankfurt, which the file does not name.",
    ],
    ["can't grow", { allowVolumeExpansion: false }, "warning encrypted: growth: Volumes can't grow."],
  ])("whose storage class %s is told so", (_, change, finding) => {
    const [before] = fit.storageClasses ?? [];
    const { name = "encrypted", ...fields } = change as { name?: string };
    const storageClasses = [{ ...before!, ...fields, metadata: { name } }];
    expect(wrong(storage({ ...fit, storageClasses }, settings))).toEqual([finding]);
  });

  test("needs a default storage class or the driver where the file names no class", () => {
    const none = settingsOf((cluster) => {
      delete cluster.storageClass;
    });
    expect(wrong(storage(fit, none))).toEqual([
      "failed default class: The cluster has none. There is encrypted.",
    ]);
    const driver = settingsOf((cluster) => {
      delete cluster.storageClass;
      cluster.storageProvisioner = { name: "rbd.csi.ceph.com", parameters: {}, zoneLabel: "zone" };
    });
    expect(wrong(storage(fit, driver))).toEqual([
      "failed rbd.csi.ceph.com: The driver is not installed. There is csi.example.org.",
    ]);
  });

  test("needs the class that brings pages in, and something that gives machines an address", () => {
    const named = settingsOf((cluster) => {
      cluster.gateway = { kind: "gateway-api", className: "envoy" };
    });
    expect(wrong(ingress({ ...fit, loadBalancerSeen: false }, named))).toEqual([
      "failed GatewayClass: envoy does not exist. There is none.",
      "warning load balancer: No Service of the cluster has an address of a load balancer.",
    ]);
    expect(wrong(ingress({ ...fit, ingressClasses: [object("IngressClass", "nginx")] }, settings))).toEqual([
      "failed IngressClass: No default IngressClass. There is nginx.",
    ]);
  });

  test("waits for the Secrets that the team brings", () => {
    const brought = settingsOf((cluster) => {
      cluster.tls = { issuer: "secret", secretName: "sme-tls" };
      cluster.registryPullSecret = "registry-login";
    });
    expect(secrets(fit, brought, country).map(({ title, verdict }) => `${title} ${verdict}`)).toEqual([
      "sme-tls warning",
      "registry-login warning",
      "backup-destination ok",
    ]);
  });

  test("has a quota of somebody else's that is too small", () => {
    const foreign = object("ResourceQuota", "team", {
      spec: { hard: { "requests.cpu": "2", pods: "1000" } },
    });
    const own = {
      ...object("ResourceQuota", "stack", { spec: { hard: { "requests.cpu": "1" } } }),
      metadata: { name: "stack", labels: { "app.kubernetes.io/managed-by": "rollout" } },
    };
    expect(quota({ ...fit, quotas: [own] }, plan).verdict).toBe("ok");
    expect(quota({ ...fit, quotas: [own, foreign] }, plan).found).toMatch(
      /^team: requests\.cpu 2, wanted up to \d+$/,
    );
  });
});

test.each([
  ["install", [], undefined, "warning"],
  ["install", [{ apiVersion: "cert-manager.io/v1", kind: "Certificate" }], undefined, "ok"],
  ["preinstalled", [{ apiVersion: "cert-manager.io/v1", kind: "Certificate" }], undefined, "failed"],
  ["preinstalled", [], undefined, "ok"],
  ["preinstalled", [], "v1.12.0", "warning"],
  ["preinstalled", [], "v9.0.1", "ok"],
] as const)(
  "an operator to be %s, with %j unknown and %s running, is %s",
  (choice, missing, version, verdict) => {
    const chosen = settingsOf((cluster) => {
      cluster.operators.certManager = choice;
    });
    const [certManager] = operatorSigns;
    expect(verdictOn(certManager!, missing, version, chosen).verdict).toBe(verdict);
  },
);

test("missing rights are named by verb and kind", () => {
  expect(verdictOnPermissions([], 20).verdict).toBe("ok");
  expect(verdictOnPermissions([{ kind: "Secret", verbs: ["create", "patch"] }], 20)).toMatchObject({
    verdict: "failed",
    found: "It may not create/patch Secret.",
  });
});

test("an account on AWS is judged by its number, its zones and its quotas", () => {
  const aws = {
    region: "af-south-1",
    zones: ["af-south-1a", "af-south-1d"],
    account: "123456789012",
  } as unknown as Parameters<typeof login>[0];
  const identity = (Account: string) => ({ Account, Arn: `arn:aws:iam::${Account}:user/me` });
  expect(login(aws, undefined).verdict).toBe("failed");
  expect(login(aws, identity("210987654321")).found).toContain("the file allows only 123456789012");
  expect(login(aws, identity("123456789012")).verdict).toBe("ok");
  const answer = { AvailabilityZones: [{ ZoneName: "af-south-1a", State: "available" }] };
  expect(zoneVerdicts(aws, answer).map(({ verdict }) => verdict)).toEqual(["ok", "failed"]);
  expect(zoneVerdicts(aws, undefined).map(({ verdict }) => verdict)).toEqual(["failed"]);
  expect([undefined, 1, 32].map((value) => quotaVerdict("processors", 32, value).verdict)).toEqual([
    "skipped",
    "warning",
    "ok",
  ]);
});
