/** Findings grouped by cause, as the table, SARIF and the report's page show them: one cause, one message, all its places. */
import { describe, expect, test } from "vitest";
import { causesOf } from "../../policies/engine/causes.ts";
import type { Finding } from "../../policies/engine/findings.ts";
import { sarif } from "../../policies/outputs/sarif.ts";
import { textTable } from "../../policies/outputs/table.ts";
import { policies } from "../../policies/rules/catalogue.ts";
import { checkExample } from "./check-example.ts";

/** As many Deployments as asked for, each with the same faults under its own names. */
const deployments = (count: number): string =>
  Array.from(
    { length: count },
    (_, index) => `
apiVersion: apps/v1
kind: Deployment
metadata: { name: collector-${index}, namespace: rollout }
spec:
  template:
    spec:
      hostNetwork: true
      hostPID: true
      containers:
        - { name: reader, image: "quay.example.org/collectors/reader:v1.${index}" }
        - { name: writer${index}, image: "ghcr.example.net/writer@sha256:${String(index).padStart(64, "a")}" }`,
  ).join("\n---");

const check = (count: number, waivers: readonly object[] = []) =>
  checkExample({ manifests: deployments(count), country: { residency: { waivers: waivers as never } } });
const causesFor = (findings: readonly Finding[], policy: string) =>
  causesOf(findings.filter((finding) => finding.policy === policy));
const plain = (_: unknown, text: string) => text;

describe("causes", () => {
  const { findings } = check(4);

  test("have one message for all places, with an ellipsis where names differ", () => {
    const [registry, ...others] = causesFor(findings, "image-registry");
    expect(others).toEqual([]);
    expect(registry?.findings.length).toBe(8);
    expect(registry?.message).toBe("The image … comes from …, which is not an image registry of the file.");
    const unpinned = causesFor(findings, "image-unpinned");
    expect(unpinned.map(({ message }) => message)).toEqual([
      "The image … is named by a tag that quay.example.org can move.",
    ]);
  });

  test("are told apart by what is wrong, not by where", () => {
    const messages = causesFor(findings, "host-access").map((cause) => [
      cause.message,
      cause.findings.length,
    ]);
    expect(messages).toEqual([
      ["It shares the node's network (hostNetwork).", 4],
      ["It shares the node's processes (hostPID).", 4],
    ]);
  });

  test("hold each finding once, and say what they say word for word where there is one", () => {
    expect(causesOf(findings).flatMap((cause) => cause.findings).length).toBe(findings.length);
    const { findings: one } = check(1);
    for (const cause of causesOf(one))
      if (cause.findings.length === 1) expect(one.map(({ message }) => message)).toContain(cause.message);
  });

  test("keep their id in a check with other places", () => {
    const idOf = (count: number) => causesFor(check(count).findings, "image-registry").map(({ id }) => id);
    expect(idOf(2)).toEqual(idOf(7));
  });

  test("are apart where a waiver covers a part of the places", () => {
    const waiver = {
      id: "collector",
      policy: "host-access",
      resource: "rollout/Deployment/collector-0",
      why: "It reads the node's own counters.",
      who: "N. Dlamini",
      until: "2026-09-30",
    };
    const counts = causesFor(check(3, [waiver]).findings, "host-access").map((cause) => [
      cause.findings[0].verdict,
      cause.findings.length,
    ]);
    expect(counts).toEqual([
      ["fail", 2],
      ["fail", 2],
      ["waived", 1],
      ["waived", 1],
    ]);
  });
});

describe("the table", () => {
  test("grows with causes, not with places", () => {
    const few = textTable(check(3), "low", plain).split("\n");
    const many = textTable(check(60), "low", plain).split("\n");
    expect(many.length).toBe(few.length);
    expect(many.length).toBeLessThan(60);
  });

  test("says policy, count, what is wrong, how to fix it, the first places and how many more", () => {
    const text = textTable(check(12), "low", plain);
    expect(text).toContain("✗ high  image-registry  24 places; law popia:");
    expect(text).toContain(
      "The image … comes from …, which is not an image registry of the file. How to fix: Mirror it to",
    );
    expect(text).toContain(
      "spec.template.spec.hostNetwork of rollout/Deployment/collector-0 = true, rollout/Deployment/collector-1 = true, rollout/Deployment/collector-2 = true and 9 more",
    );
  });
});

test("the places that the table shows name as many values as they can", () => {
  const images = ["a", "a", "a", "a", "b", "c", "d"].map(
    (host, index) => `
apiVersion: v1
kind: ConfigMap
metadata: { name: settings-${index}, namespace: rollout }
data: { url: "https://${host}.example.com/" }`,
  );
  const text = textTable(checkExample({ manifests: images.join("\n---") }), "low", plain);
  expect(text).toContain("✗ critical  unregistered-host  7 places;");
  expect(text).toContain(
    "data.url of rollout/ConfigMap/settings-0 = a.example.com, rollout/ConfigMap/settings-4 = b.example.com, rollout/ConfigMap/settings-5 = c.example.com and 4 more",
  );
});

test("SARIF has one result a cause, with the other places as related locations", () => {
  const { findings, ...rest } = check(5);
  const log = sarif({ findings, ...rest }, policies, "0.1.0") as {
    runs: { results: { ruleId: string; message: { text: string }; relatedLocations?: object[] }[] }[];
  };
  const results = log.runs[0]?.results ?? [];
  expect(results.length).toBe(causesOf(findings).length);
  const [result] = results.filter(({ ruleId }) => ruleId === "image-unpinned");
  expect(result?.message.text).toMatch(/^The image … is named by a tag .* 5 places\.$/);
  expect(result?.relatedLocations?.length).toBe(4);
  expect(result?.relatedLocations?.[3]).toMatchObject({
    logicalLocations: [{ name: "rollout/Deployment/collector-4" }],
    message: { text: expect.stringContaining("quay.example.org/collectors/reader:v1.4") },
  });
});
