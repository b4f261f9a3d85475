/** What holds for the catalogue as a whole. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { packageRoot } from "../../base/package-root.ts";
import { dataClassNames } from "../../localisation/schema/residency.ts";
import { annexControls, securityControls } from "../../policies/engine/controls.ts";
import { harmlessTypes } from "../../policies/engine/mapped-types.ts";
import { typeKey, typeToken } from "../../policies/resources/resource.ts";
import { policies } from "../../policies/rules/catalogue.ts";

const folder = join(packageRoot, "policies");
const ids = policies.map(({ id }) => id);

/** Each way for data to rest abroad, leave, leak or get lost, with the policies that close it. */
const leakPaths: Readonly<Record<string, readonly string[]>> = {
  "a resource in another region, by itself or by its provider": ["region-abroad", "region-named-abroad"],
  "another zone, or a Local Zone of another country": ["zone-abroad", "foreign-zone-opt-in"],
  "another account, alias or endpoint": ["account-unlisted", "provider-endpoint", "cluster-context"],
  "references to resources abroad": ["arn-abroad"],
  "replication of buckets": ["bucket-replication", "multi-region-access-point"],
  "replication of databases and tables": ["database-replica", "global-database", "table-replica"],
  "replication of files, brokers, images and secrets": [
    "file-system-replication",
    "broker-replication",
    "registry-replication",
    "secret-replica",
  ],
  "snapshots, images and vaults copied": ["snapshot-copy", "backup-vault-copy", "snapshot-class"],
  "destinations of backups": ["backup-location", "backup-destination"],
  "keys abroad": ["key-multi-region", "key-store-outside", "key-abroad"],
  "edges before the stack": ["content-network", "edge-annotation", "edge-optimised-api"],
  "names and certificates": ["query-log", "certificate-authority"],
  "joined networks and clusters": ["peering-abroad", "strict-gateway", "multi-cluster"],
  "open egress": ["open-egress", "egress-rules", "default-deny-egress"],
  observability: ["log-delivery", "delivery-stream", "metrics-sink", "telemetry-service", "aggregation"],
  messaging: ["message-bridge", "topic-subscription", "event-target", "broker-replication"],
  "mail, SMS and webhooks": ["endpoint-abroad", "topic-subscription", "admission-webhook"],
  "images and charts": ["image-registry", "image-unpinned", "unrendered-chart"],
  "products that report home": ["product-telemetry"],
  "addresses in settings": ["unregistered-host"],
  "scheduling and storage topology": [
    "pod-zones",
    "node-pool-zone",
    "storage-class-topology",
    "claim-storage-class",
    "network-volume",
  ],
  "names and addresses of Services": ["external-name", "endpoints-outside", "external-addresses"],
  "past the isolation": ["host-access", "pod-security", "namespace-security", "load-balancer-sources"],
  "the state itself": ["state-abroad", "secret-in-plain"],
  "the pages' own requests": ["page-sources"],
  "models abroad": ["cross-region-inference", "telemetry-service"],
  "people abroad and their rights": ["remote-access", "access-rights", "foreign-principal"],
  "bulk exports": ["data-transfer-service"],
  "aggregates that identify": ["small-cells"],
  "encryption at rest": ["store-unencrypted", "storage-class-encryption", "bucket-key", "cluster-secrets"],
  "encryption in transit": [
    "database-without-tls",
    "route-without-tls",
    "plaintext-mqtt",
    "plaintext-address",
    "bucket-tls",
  ],
  "public exposure": ["bucket-public", "publicly-accessible", "open-ingress", "anonymous-login"],
  retention: ["log-retention", "backup-retention", "retention-beyond-class"],
  "data lost": [
    "no-backup",
    "data-deletable",
    "single-instance",
    "early-expiry",
    "automatic-backup",
    "database-durability",
  ],
  "regions of other providers": ["region-label-abroad"],
  "records for the regulator": ["audit-trail", "registration-missing", "breach-notice", "transfer-evidence"],
  waivers: ["waiver-expired", "waiver-unused", "waiver-unsigned"],
  "what the kit does not know": ["unmapped-type", "data-class-unstated"],
};

test("at least fifty policies, each with its own id and file that names it", () => {
  expect(policies.length).toBeGreaterThanOrEqual(50);
  expect(new Set(ids).size).toBe(ids.length);
  for (const id of ids) expect(id).toMatch(/^[a-z]+(-[a-z]+)*$/);
});

test.each(Object.entries(leakPaths))("%s: closed by policies of the catalogue", (_, closing) => {
  for (const id of closing) expect(ids).toContain(id);
});

test("every policy says what it is for, with examples both ways", () => {
  for (const policy of policies) {
    for (const text of [policy.title, policy.risk, policy.remediation])
      expect(text, policy.id).toMatch(/^[A-Z“].*\.$/s);
    expect(policy.examples.passing.length, policy.id).toBeGreaterThan(0);
    expect(policy.examples.failing.length, policy.id).toBeGreaterThan(0);
    for (const example of policy.examples.failing) expect(example.findings.trim(), policy.id).not.toBe("");
    expect(policy.dataClasses.length, policy.id).toBeGreaterThan(0);
    for (const name of policy.dataClasses) expect(dataClassNames).toContain(name);
    if (policy.scope !== "file") expect(policy.types.length, policy.id).toBeGreaterThan(0);
  }
});

/** Controls of Annex A: 37 organisational, 8 for people, 14 physical, 34 technological. */
const annexSizes: Readonly<Record<string, number>> = { "5": 37, "6": 8, "7": 14, "8": 34 };

test("controls are numbered as the standards number them", () => {
  for (const control of Object.keys(annexControls)) {
    const [, theme = "", number = ""] = /^A\.([5-8])\.(\d+)$/.exec(control) ?? [];
    expect(Number(number), control).toBeGreaterThan(0);
    expect(Number(number), control).toBeLessThanOrEqual(annexSizes[theme] ?? 0);
  }
  for (const control of Object.keys(securityControls))
    expect(control).toMatch(/^[A-Z]{2}-\d{1,2}(\(\d{1,2}\))?$/);
  for (const policy of policies) {
    expect(policy.controls.iso27001.length, policy.id).toBeGreaterThan(0);
    expect(policy.controls.nist80053.length, policy.id).toBeGreaterThan(0);
  }
});

test("no code compares with a country", () => {
  const files = readdirSync(folder, { recursive: true })
    .map(String)
    .filter((file) => file.endsWith(".ts"));
  for (const file of files) {
    const [code = ""] = readFileSync(join(folder, file), "utf8").split("examples: {");
    expect(code, file).not.toMatch(/[=!]==?\s*"[A-Z]{2}"/);
  }
});

test("each policy has a file in its area's folder", () => {
  for (const policy of policies) {
    const area = join(folder, "rules", policy.area);
    const files = readdirSync(area).map((file) => readFileSync(join(area, file), "utf8"));
    expect(files.filter((text) => text.includes(`id: "${policy.id}"`)).length, policy.id).toBe(1);
  }
});

/** Kinds of the cluster's own groups, by Pulumi's SDK, which is made from Kubernetes' published API. */
const builtInGroups = new Set([
  "admissionregistration.k8s.io",
  "apps",
  "autoscaling",
  "batch",
  "core",
  "discovery.k8s.io",
  "networking.k8s.io",
  "policy",
  "rbac.authorization.k8s.io",
  "scheduling.k8s.io",
  "storage.k8s.io",
]);

describe("types exist", () => {
  const named = [
    ...harmlessTypes,
    ...policies.flatMap((policy) => (policy.scope === "file" ? [] : policy.types.map(typeKey))),
  ];

  test("Kubernetes' own kinds are in its API", () => {
    const sdk = join(packageRoot, "node_modules", "@pulumi", "kubernetes");
    const known = new Set(
      readdirSync(sdk, { recursive: true })
        .map(String)
        .filter((file) => /^\w+\/v[\w]+\/\w+\.js$/.test(file))
        .flatMap((file) => [
          ...readFileSync(join(sdk, file), "utf8").matchAll(/__pulumiType = '(kubernetes:[^']+)'/g),
        ])
        .map((match) => typeKey(match[1] ?? "")),
    );
    expect(known.size).toBeGreaterThan(60);
    const wanted = named.filter(
      (type) => type.startsWith("kubernetes:") && builtInGroups.has(typeToken(type).module),
    );
    // Sub-resources and lists of the API that the SDK has no class for.
    const withoutClass = new Set(["kubernetes:policy:Eviction"]);
    expect(wanted.filter((type) => !known.has(type) && !withoutClass.has(type))).toEqual([]);
  });

  const awsSdk = join(packageRoot, "node_modules", "@pulumi", "aws");
  const awsFiles = (() => {
    try {
      return readdirSync(awsSdk, { recursive: true }).map(String);
    } catch {
      return [];
    }
  })();
  test.skipIf(awsFiles.length === 0)("AWS' kinds are in the provider", () => {
    const known = new Set(
      awsFiles
        .filter((file) => file.endsWith(".js"))
        .flatMap((file) => [
          ...readFileSync(join(awsSdk, file), "utf8").matchAll(/__pulumiType = '(aws:[^']+)'/g),
        ])
        .map((match) => match[1] ?? ""),
    );
    const wanted = named.filter((type) => type.startsWith("aws:") && type !== "aws:*");
    expect(wanted.filter((type) => !known.has(type))).toEqual([]);
  });
});
