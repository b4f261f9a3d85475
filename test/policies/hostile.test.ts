/** Whatever a resource holds, a check ends with verdicts: no policy crashes, none runs away. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { resource } from "../../policies/engine/example.ts";
import type { Json, JsonObject, Resource } from "../../policies/resources/resource.ts";
import { isObject, secretMarker, unknownValue } from "../../policies/resources/resource.ts";
import { policies } from "../../policies/rules/catalogue.ts";
import { checkExample, exampleCountry, resourcesOf } from "./check-example.ts";

const samples: readonly Resource[] = policies.flatMap(({ examples }) =>
  [...examples.passing, ...examples.failing].flatMap(resourcesOf),
);

/** Findings where a policy broke. */
function crashes(resources: readonly Resource[]): string[] {
  return checkExample({ resources })
    .findings.filter(({ message }) => message.includes("could not check it"))
    .map(({ policy, message, type }) => `${policy} on ${type}: ${message}`);
}

const strange: readonly Json[] = [
  null,
  true,
  false,
  0,
  -1,
  1e308,
  "",
  " ",
  "a".repeat(10_000),
  "https://",
  "http://[::1",
  "://:@:/",
  "0.0.0.0/99",
  "arn:aws:::::",
  "arn:aws:s3:::",
  "{",
  '{"Statement": 7}',
  '{"Statement": [null, {"Effect": "Allow", "Principal": [1]}]}',
  "\u0000\ud800",
  "__proto__",
  [],
  [null],
  [[[]]],
  {},
  { name: null },
  { constructor: 1, __proto__: null },
  unknownValue,
  secretMarker,
];

/** Puts a value in place of one of the tree's nodes, by its number in walking order. */
function replaced(root: Json, target: number, value: Json): Json {
  let at = -1;
  const walk = (node: Json | undefined): Json => {
    at += 1;
    if (at === target) return value;
    if (Array.isArray(node)) return node.map((item: Json) => walk(item));
    if (isObject(node))
      return Object.fromEntries(Object.entries(node).map(([key, item]) => [key, walk(item)]));
    return node ?? null;
  };
  return walk(root);
}

const sizeOf = (node: Json | undefined): number =>
  1 +
  (Array.isArray(node)
    ? node.reduce((sum: number, item: Json) => sum + sizeOf(item), 0)
    : isObject(node)
      ? Object.values(node).reduce((sum: number, item) => sum + sizeOf(item), 0)
      : 0);

test("every node of every example replaced by every strange value", () => {
  const broken = new Set<string>();
  let mutants = 0;
  for (const sample of samples) {
    const size = Math.min(sizeOf(sample.properties), 60);
    const resources: Resource[] = [];
    for (let node = 0; node < size; node++)
      for (const value of strange) {
        const properties = replaced(sample.properties, node, value);
        if (isObject(properties)) resources.push({ ...sample, properties });
      }
    mutants += resources.length;
    for (const crash of crashes(resources)) broken.add(crash);
  }
  expect([...broken]).toEqual([]);
  expect(mutants).toBeGreaterThan(50_000);
});

test("any JSON at all as properties of any type", () => {
  const types = [...new Set(samples.map(({ type }) => type))];
  fc.assert(
    fc.property(fc.constantFrom(...types), fc.jsonValue({ maxDepth: 6 }), (type, value) => {
      const properties = isObject(value) ? value : { spec: value as Json, metadata: value as Json };
      expect(crashes([resource(type, "any", properties as JsonObject)])).toEqual([]);
    }),
    { numRuns: 2000, seed: 5 },
  );
});

describe("texts built to exhaust a pattern", () => {
  const attacks: readonly (readonly [name: string, text: string])[] = [
    ["dots", "a.".repeat(50_000)],
    ["hyphens", `${"a-".repeat(50_000)}.x`],
    ["labels", `${"a".repeat(60)}.`.repeat(2_000)],
    ["colons", "a:".repeat(50_000)],
    ["slashes", `http://${"/".repeat(50_000)}`],
    ["at signs", `http://${"@".repeat(50_000)}a`],
    ["spaces", `server${" ".repeat(50_000)}x`],
    ["equals", `host${"=".repeat(50_000)}`],
    ["open braces", "{".repeat(50_000)],
    ["policy words", "default-src ".repeat(10_000)],
    ["addresses of keys", "arn:aws:kms:".repeat(10_000)],
    ["tokens", `eyJ${"a".repeat(50_000)}.eyJ${"b".repeat(50_000)}`],
    ["numbers", "1.".repeat(50_000)],
    ["lines", "\n".repeat(50_000)],
    ["comments", "# a.b.c\n".repeat(10_000)],
    ["urls", "https://a.example.com/ ".repeat(5_000)],
    ["variables", `http://${"$(A)".repeat(10_000)}.x`],
    ["unfinished comments", `<a>${"<!--".repeat(20_000)}</a>`],
    ["unfinished quotes", `output {\n${'\\\\"'.repeat(20_000)}`],
    ["names of variables", "A_B".repeat(20_000)],
    ["replicas", `replicaof ${"a.".repeat(20_000)}`],
    ["remotes", "rclone copy ".repeat(5_000)],
    ["agents", "javaagent:inject-java".repeat(5_000)],
    ["blocks", `output {${"a {".repeat(20_000)}`],
    ["crash reports", "send_crash_reports".repeat(5_000)],
  ];

  test.each(attacks)(
    "%s",
    (_, text) => {
      const result = checkExample({
        resources: [
          resource("kubernetes:core/v1:ConfigMap", "attack", {
            metadata: { name: "attack", namespace: "rollout" },
            data: { server: text },
          }),
          resource("kubernetes:core/v1:Pod", "attack", {
            metadata: { name: "attack", namespace: "rollout" },
            spec: {
              containers: [{ name: text, image: text, env: [{ name: "HOST", value: text }], args: [text] }],
            },
          }),
        ],
      });
      expect(result.findings.filter(({ message }) => message.includes("could not check it"))).toEqual([]);
    },
    5_000,
  );
});

test("a resource of a thousand levels is not walked to a crash", () => {
  let deep: Json = "https://deep.example.com";
  for (let level = 0; level < 1000; level++) deep = { down: deep };
  expect(
    crashes([
      resource("kubernetes:core/v1:ConfigMap", "deep", {
        metadata: { name: "deep" },
        data: deep as JsonObject,
      }),
    ]),
  ).toEqual([]);
});

test("the example country is not changed by any check", () => {
  const before = JSON.stringify(exampleCountry);
  checkExample({ resources: samples });
  expect(JSON.stringify(exampleCountry)).toBe(before);
});
