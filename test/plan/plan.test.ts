/** The plan itself: what is caught, how it is told, compared and written to files. */

import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ConfigMap } from "@pulumi/kubernetes/core/v1/configMap.js";
import { ComponentResource, runtime, secret } from "@pulumi/pulumi";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { parse } from "yaml";
import { InputError } from "../../base/kit-error.ts";
import { loadCountry } from "../../localisation/load.ts";
import { captureProgram } from "../../plan/capture.ts";
import { diffPlans, renderDiff } from "../../plan/diff.ts";
import { manifests, writeManifests } from "../../plan/manifests.ts";
import { at, isManifest, kindOf, type Plan, parsePlan, shownName } from "../../plan/plan.ts";
import { renderTree, totals } from "../../plan/tree.ts";
import { secretMarker, unknownValue } from "../../policies/resources/resource.ts";
import { planCountry } from "../../stacks/country-plan.ts";
import { changedCountry, countryFile, planChanged, planOnce } from "./planned.ts";
import { variants } from "./variants.ts";

class Part extends ComponentResource {
  constructor(name: string, parent?: ComponentResource) {
    super("test:Part", name, {}, parent === undefined ? {} : { parent });
    this.registerOutputs();
  }
}

describe("catching a program's resources", () => {
  test("keeps parents, the engine's URNs, secrets as placeholders, and outputs", async () => {
    const { resources, outputs } = await captureProgram(
      () => {
        const outer = new Part("outer");
        const inner = new Part("inner", outer);
        new ConfigMap(
          "map",
          { metadata: { name: "map" }, data: { open: "shown", hidden: secret("s3cr3t") } },
          { parent: inner },
        );
        return { address: "here", key: secret("s3cr3t") };
      },
      "project",
      "stack",
    );
    expect(JSON.stringify({ resources, outputs }).includes("s3cr3t")).toBe(false);
    const map = resources.find(({ name }) => name === "map");
    expect(map?.urn).toBe("urn:pulumi:stack::project::test:Part$test:Part$kubernetes:core/v1:ConfigMap::map");
    expect(map?.parent).toBe("urn:pulumi:stack::project::test:Part$test:Part::inner");
    expect(map?.properties.data).toEqual({ open: "shown", hidden: "[secret]" });
    expect(map?.secrets).toEqual(["data.hidden"]);
    expect(outputs).toEqual({ address: "here", key: "[secret]" });
  });

  test("policies mark secrets and what is not known yet as Pulumi does", () => {
    expect(secretMarker).toEqual({ [runtime.specialSigKey]: runtime.specialSecretSig });
    expect(unknownValue).toBe(runtime.unknownValue);
  });

  test("an error of the program is the caller's, and leaves the next one alone", async () => {
    const failing = captureProgram(
      () => {
        new Part("lost");
        throw new Error("broken");
      },
      "project",
      "stack",
    );
    const next = captureProgram(() => ({ part: new Part("found").urn }), "project", "stack");
    await expect(failing).rejects.toThrow("broken");
    expect((await next).resources.map(({ name }) => name)).not.toContain("lost");
  });

  test("gives the same plan twice, and two at once don't mix", async () => {
    const plan = (change?: Parameters<typeof changedCountry>[0]) =>
      planCountry(changedCountry(change), "kubernetes", "9.9.9");
    const [one, other, again] = await Promise.all([
      plan(),
      plan((cluster) => {
        cluster.namespace = "another-one";
      }),
      plan(),
    ]);
    expect(JSON.stringify(again) === JSON.stringify(one)).toBe(true);
    expect(JSON.stringify(one).includes("another-one")).toBe(false);
    for (const { name, properties } of other.resources.filter(isManifest))
      expect([undefined, "another-one"], name).toContain(at(properties, "metadata", "namespace"));
  });

  test("what a component makes is named after it, so that two of a kind never collide", async () => {
    const plans = await Promise.all([
      ...Object.values(variants).map(planChanged),
      planOnce(loadCountry(countryFile("za"), { today: "2026-11-01", target: "aws" }), "aws"),
    ]);
    const holders = /rollout:components:(Stack|ClusterParts)$/;
    for (const { resources } of plans)
      for (const { name, urn, parent } of resources) {
        const [types = "", component = ""] = parent?.split("::").slice(-2) ?? [];
        if (!types.includes("rollout:") || holders.test(types)) continue;
        expect(name === component || name.startsWith(`${component}-`), urn).toBe(true);
      }
  });

  test.each([
    ["aws:kms/key:Key", "keys-identity", "rollout:aws:Keys::keys", "identity"],
    ["aws:s3/bucket:Bucket", "backups", "rollout:aws:PrivateBucket::backups", "backups"],
    ["rollout:aws:ClusterRoles", "aws-cluster-roles", "rollout:aws:Cluster::aws-cluster", "roles"],
    [
      "pulumi:index:Stash",
      "broker-secrets-key",
      "rollout:components:GeneratedSecret::broker-secrets",
      "broker-secrets-key",
    ],
    // A component of somebody else's program.
    ["aws:kms/key:Key", "keys-identity", "acme:Keys::keys", "keys-identity"],
    ["aws:kms/key:Key", "identity", undefined, "identity"],
  ])("a %s %s is shown without the name of its component", (type, name, parent, shown) => {
    const urn = parent === undefined ? null : `urn:pulumi:stack::project::rollout:components:Stack$${parent}`;
    expect(shownName({ type, name, parent: urn, properties: {} })).toBe(shown);
  });

  test("no two resources share a URN, and every parent and dependency is there", async () => {
    const { resources } = await planChanged();
    const urns = new Set(resources.map(({ urn }) => urn));
    expect(urns.size).toBe(resources.length);
    for (const { parent, dependencies, name } of resources) {
      if (parent !== null) expect(urns.has(parent), name).toBe(true);
      for (const dependency of dependencies) expect(urns.has(dependency), name).toBe(true);
    }
    // All objects are made in the cluster that the file names, not wherever a kubeconfig leads.
    for (const resource of resources.filter(isManifest))
      expect(resource.provider, resource.name).toMatch(/::pulumi:providers:kubernetes::cluster$/);
  });
});

describe("telling a plan", () => {
  test("totals count what runs all the time", async () => {
    const plan = await planChanged((_, country) => {
      country.hosting.sizes = {
        broker: { replicas: 3, cpu: "1", memory: "2Gi", storage: "10Gi" },
        timeSeries: { shards: 2, replicas: 2, cpu: "4", memory: "8Gi", storage: "100Gi" },
        relational: { replicas: 3, cpu: "1", memory: "1Gi", storage: "20Gi" },
        ingest: { minimumReplicas: 2, maximumReplicas: 6, cpu: "1", memory: "512Mi" },
        analytics: { minimumReplicas: 1, maximumReplicas: 1, cpu: "1", memory: "512Mi" },
        diagnostic: { minimumReplicas: 2, maximumReplicas: 2, cpu: "500m", memory: "512Mi" },
      };
    });
    const sum = totals(plan);
    // 3 brokers, 4 stores, 3 keepers, 3 instances, 2 + 1 + 2 programs.
    expect(sum.pods).toBe(18);
    expect(sum.cpu).toBe(3 + 16 + 1.5 + 3 + 2 + 1 + 1);
    // Keepers 10 GiB each; instances 20 GiB and 10 for the log.
    expect(sum.storage).toBe(30 + 400 + 30 + 90);
    expect(sum.zones).toEqual(["zone-a", "zone-b", "zone-c"]);
    const text = renderTree(plan);
    expect(text).toContain("18 pods");
    expect(text).toMatch(
      /StatefulSet broker {2}3 × {2}cpu 1, memory 2 GiB, disk 10 GiB {2}in zone-a, zone-b, zone-c/,
    );
    expect(text).toMatch(/Deployment ingest {2}2–6 ×/);
    // Many of a kind with nothing to tell of each are counted.
    expect(text).toMatch(/\d+ ValidatingAdmissionPolicy\n/);
    for (const { custom, type, properties } of plan.resources)
      if (custom && at(properties, "metadata", "name") !== undefined && !/:ValidatingAdmission/.test(type))
        expect(text).toContain(String(at(properties, "metadata", "name")));
  });

  test("a saved plan reads back the same; anything else is refused with its reason", async () => {
    const plan = await planChanged();
    expect(parsePlan(JSON.stringify(plan))).toEqual(plan);
    for (const [text, reason] of [
      ["", "not JSON"],
      ["null", "not a plan"],
      ["[]", "not a plan"],
      ['{"format":"rollout-plan/9","resources":[]}', "rollout-plan/9"],
      ['{"format":"rollout-plan/1"}', "no resources"],
    ] as const) {
      expect(() => parsePlan(text), text).toThrow(InputError);
      expect(() => parsePlan(text), text).toThrow(reason);
    }
  });
});

describe("comparing plans", () => {
  test("tells added, removed and changed fields, and nothing where nothing changed", async () => {
    const before = await planChanged();
    expect(renderDiff(diffPlans(before, await planChanged()))).toBe("No difference.");
    const after = await planChanged((cluster, country) => {
      country.hosting.sizes.broker.memory = "4Gi";
      delete country.hosting.backup.destination;
      cluster.gateway = { kind: "gateway-api", className: "eg" };
    });
    const diff = diffPlans(before, after);
    expect(diff.added.map((resource) => `${kindOf(resource)} ${shownName(resource)}`)).toContain(
      "Gateway web",
    );
    expect(diff.removed.map((resource) => `${kindOf(resource)} ${shownName(resource)}`)).toContain(
      "CronJob time-series-backup",
    );
    const broker = diff.changed.find(
      ({ resource }) => kindOf(resource) === "StatefulSet" && shownName(resource) === "broker",
    );
    expect(broker?.fields).toContainEqual({
      path: "spec.template.spec.containers[0].resources.limits.memory",
      before: "2Gi",
      after: "4Gi",
    });
    const text = renderDiff(diff);
    expect(text).toContain("+ Gateway web");
    expect(text).toContain("      + vm_memory_high_watermark.absolute = 2457MiB");
  });

  test("plans of two environments compare by what they hold, not by their names", async () => {
    const loaded = changedCountry();
    const one = await planOnce({ ...loaded, environment: "pilot" }, "kubernetes");
    const other = await planOnce({ ...loaded, environment: "staging" }, "kubernetes");
    const { added, removed, changed } = diffPlans(one, other);
    expect([added, removed]).toEqual([[], []]);
    // The programs are told which environment they are.
    expect(changed.map(({ resource }) => resource.name.replace("application-", "")).sort()).toEqual([
      "analytics",
      "diagnostic",
      "ingest",
      "localisation",
      "migration",
    ]);
  });
});

describe("manifests", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "rollout manifests "));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const objects = (plan: Plan) => [...manifests(plan)].filter(([name]) => /^\d\d-/.test(name));

  test("hold every object but Secrets, each in its own file, the namespace first", async () => {
    const plan = await planChanged();
    const wanted = plan.resources.filter((resource) => isManifest(resource) && kindOf(resource) !== "Secret");
    const files = objects(plan);
    expect(files.length).toBe(wanted.length);
    expect(files[0]?.[0]).toBe("00-namespace-rollout.yaml");
    for (const [name, text] of files) {
      const parsed = parse(text, { version: "1.1" });
      const source = wanted.find(
        ({ properties }) =>
          properties.kind === parsed.kind && at(properties, "metadata", "name") === parsed.metadata.name,
      );
      // Read as kubectl reads it, it is what was planned.
      expect(parsed, name).toEqual(source?.properties);
      expect(text, name).not.toContain("[secret]");
    }
  });

  test("secrets.sh makes each generated Secret with all its keys", async () => {
    const script = manifests(await planChanged()).get("secrets.sh") ?? "";
    expect(script).toContain("create secret generic broker-secrets");
    for (const key of ["erlang-cookie", "cluster-secret", "replication-password", "backup-key"])
      expect(script).toContain(`--from-file="$work/${key}"`);
  });

  test("replace those of an earlier plan, and never files of somebody else", async () => {
    const target = join(folder, "out");
    writeManifests(target, manifests(await planChanged()));
    expect(existsSync(join(target, "70-cronjob-time-series-backup.yaml"))).toBe(true);
    // kubectl takes every file of a folder with these endings.
    for (const name of readdirSync(target))
      if (/\.(ya?ml|json)$/.test(name)) expect(name).toMatch(/^\d\d-[a-z0-9-]+\.yaml$/);
    writeManifests(
      target,
      manifests(
        await planChanged((_, country) => {
          delete country.hosting.backup.destination;
        }),
      ),
    );
    expect(existsSync(join(target, "70-cronjob-time-series-backup.yaml"))).toBe(false);
    const foreign = join(folder, "theirs.txt");
    writeFileSync(foreign, "precious");
    expect(() => writeManifests(folder, new Map([["a.yaml", "a: 1\n"]]))).toThrow(InputError);
    expect(readFileSync(foreign, "utf8")).toBe("precious");
    expect(readdirSync(folder).sort()).toEqual(["out", "theirs.txt"]);
  });

  test("a forged index removes nothing outside the folder", () => {
    const target = join(folder, "out");
    const foreign = join(folder, "theirs.txt");
    writeFileSync(foreign, "precious");
    writeManifests(target, new Map([["a.yaml", "a: 1\n"]]));
    writeFileSync(join(target, ".rollout-manifests"), JSON.stringify(["../theirs.txt", foreign]));
    writeManifests(target, new Map([["a.yaml", "a: 2\n"]]));
    expect(readFileSync(foreign, "utf8")).toBe("precious");
  });
});
