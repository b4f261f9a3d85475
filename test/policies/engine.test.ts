/** Verdicts, waivers, thresholds, unknown values and secrets, and policies that break. */
import { describe, expect, test } from "vitest";
import { check, maximumFindingsPerPolicy } from "../../policies/engine/engine.ts";
import { resource } from "../../policies/engine/example.ts";
import { blocks, formatFinding } from "../../policies/engine/findings.ts";
import type { JsonObject, Resource } from "../../policies/resources/resource.ts";
import { secretMarker, unknownValue } from "../../policies/resources/resource.ts";
import { ResourceSet } from "../../policies/resources/resource-set.ts";
import { policies } from "../../policies/rules/catalogue.ts";
import { imageRegistry } from "../../policies/rules/kubernetes/image-registry.ts";
import { regionAbroad } from "../../policies/rules/place/region-abroad.ts";
import { aws } from "./aws-resource.ts";
import { checkExample, exampleCountry, exampleToday, overlaid } from "./check-example.ts";

const abroad = aws("s3/bucket:Bucket", "backups", { region: "eu-west-1" });

function checked(
  resources: readonly Resource[],
  country: JsonObject = {},
  kind: "plan" | "manifests" = "plan",
) {
  return check({
    policies,
    country: overlaid(exampleCountry, country),
    today: exampleToday,
    file: "za.yaml",
    resources: new ResourceSet(resources, { kind, description: "the plan" }),
  });
}

const verdictOf = (result: ReturnType<typeof check>, id: string) =>
  result.policies.find(({ policy }) => policy === id)?.verdict;

describe("a policy that breaks", () => {
  const broken = {
    ...regionAbroad,
    id: "broken",
    check: () => {
      throw new TypeError("Cannot read properties of undefined");
    },
  };
  const result = checkExample({ resources: [abroad] }, [broken, regionAbroad]);

  test("gives an undetermined finding that names it, and the others still run", () => {
    expect(result.findings.map(formatFinding)).toEqual([
      expect.stringContaining("Bucket/backups region: It is in eu-west-1"),
      "Bucket/backups: The policy broken could not check it (Cannot read properties of undefined). Correct the input if it is broken; otherwise report a defect of the policy.",
    ]);
    expect(verdictOf(result, "broken")).toBe("undetermined");
    expect(verdictOf(result, "region-abroad")).toBe("fail");
  });

  test("blocks", () => {
    expect(result.findings.filter((finding) => blocks(finding, "critical")).length).toBe(2);
  });
});

describe("values that are not known yet", () => {
  test("make the verdict undetermined, which blocks", () => {
    const { findings } = checkExample(
      { resources: [aws("s3/bucket:Bucket", "backups", { region: unknownValue })] },
      [regionAbroad],
    );
    expect(findings).toMatchObject([{ verdict: "undetermined", path: "region" }]);
    expect(findings.every((finding) => blocks(finding, "critical"))).toBe(true);
  });

  test("elsewhere leave the verdict alone", () => {
    const { findings } = checkExample(
      { resources: [aws("s3/bucket:Bucket", "backups", { bucket: unknownValue })] },
      [regionAbroad],
    );
    expect(findings).toEqual([]);
  });
});

describe("secrets", () => {
  test("are never in a finding, wherever they are", () => {
    const word = "correct-horse-battery";
    const result = checked([
      resource("kubernetes:core/v1:Secret", "login", {
        metadata: { name: "login", namespace: "rollout" },
        stringData: { url: `amqp://ingest:${word}@broker.example.com:5672`, password: word },
        data: { uri: Buffer.from(`https://me:${word}@crm.example.com/`).toString("base64") },
      }),
      aws("lambda/function:Function", "export", {
        environment: { variables: { DB_PASSWORD: word, TARGET: `https://me:${word}@crm.example.com` } },
      }),
      aws("rds/instance:Instance", "accounts", { password: word }),
    ]);
    expect(result.findings.length).toBeGreaterThan(5);
    expect(JSON.stringify(result)).not.toContain(word);
    expect(JSON.stringify(result)).not.toContain(Buffer.from(word).toString("base64").slice(0, 12));
  });

  test("that are marked as such are not passwords in plain text", () => {
    const result = checked([aws("rds/instance:Instance", "accounts", { password: secretMarker })]);
    expect(verdictOf(result, "secret-in-plain")).toBe("pass");
  });
});

describe("waivers", () => {
  const waiver = {
    id: "ireland",
    policy: "region-abroad",
    resource: "Bucket/backups",
    why: "The store in the country opens in September.",
    who: "N. Dlamini",
    until: "2026-09-30",
  };
  const withWaivers = (...waivers: JsonObject[]): JsonObject => ({ residency: { waivers } });
  const findingOf = (country: JsonObject, kind: "plan" | "manifests" = "plan") =>
    checked([abroad], country, kind).findings.find(({ policy }) => policy === "region-abroad");

  test.each(["Bucket/backups", abroad.urn, "backups"])("cover a finding by %s", (name) => {
    const result = checked([abroad], withWaivers({ ...waiver, resource: name }));
    expect(result.findings.find(({ policy }) => policy === "region-abroad")).toMatchObject({
      verdict: "waived",
      waiver: "ireland",
    });
    expect(result.waivers).toMatchObject([{ id: "ireland", status: "used", uses: 1 }]);
    expect(verdictOf(result, "waiver-unused")).toBe("pass");
    expect(
      result.findings.filter((finding) => finding.verdict === "waived" && blocks(finding, "low")),
    ).toEqual([]);
  });

  test("cover no other policy and no other resource", () => {
    const result = checked([abroad], withWaivers(waiver));
    expect(verdictOf(result, "bucket-public")).toBe("fail");
    expect(findingOf(withWaivers({ ...waiver, resource: "Bucket/other" }))?.verdict).toBe("fail");
    expect(findingOf(withWaivers({ ...waiver, policy: "zone-abroad" }))?.verdict).toBe("fail");
  });

  test("end on their day, the last one included", () => {
    expect(findingOf(withWaivers({ ...waiver, until: exampleToday }))?.verdict).toBe("waived");
    const result = checked([abroad], withWaivers({ ...waiver, until: "2026-05-31" }));
    expect(verdictOf(result, "region-abroad")).toBe("fail");
    expect(verdictOf(result, "waiver-expired")).toBe("fail");
    expect(result.waivers).toMatchObject([{ status: "expired", uses: 0 }]);
  });

  test("that cover nothing fail on the whole plan, and not on a part of it", () => {
    const unused = withWaivers({ ...waiver, resource: "Bucket/gone" });
    expect(verdictOf(checked([abroad], unused), "waiver-unused")).toBe("fail");
    expect(verdictOf(checked([abroad], unused, "manifests"), "waiver-unused")).toBe("not-applicable");
  });
});

describe("severity", () => {
  const finding = { verdict: "fail", level: "mandatory", severity: "medium" } as const;
  test.each([
    ["low", true],
    ["medium", true],
    ["high", false],
    ["critical", false],
  ] as const)("a medium finding at the threshold %s blocks: %s", (threshold, expected) => {
    expect(blocks(finding as never, threshold)).toBe(expected);
  });
  test("advisory findings never block", () => {
    expect(blocks({ ...finding, level: "advisory" } as never, "low")).toBe(false);
  });
  test("the most severe come first, waived ones last", () => {
    const severities = checkExample({ resources: [abroad] }).findings.map(({ severity }) => severity);
    const order = ["critical", "high", "medium", "low"];
    expect(severities).toEqual([...severities].sort((a, b) => order.indexOf(a) - order.indexOf(b)));
  });
});

test("a policy lists a thousand findings and counts the rest", () => {
  const many = Array.from({ length: 3000 }, (_, index) =>
    aws("s3/bucket:Bucket", `b${index}`, { region: "eu-west-1" }),
  );
  const result = checkExample({ resources: many }, [regionAbroad]);
  expect(result.findings.length).toBe(maximumFindingsPerPolicy);
  expect(result.policies).toMatchObject([{ verdict: "fail", failed: 3000, unlisted: 2000 }]);
});

test("a resource's own data class decides which articles bind it", () => {
  const tagged = aws("s3/bucket:Bucket", "logs", {
    region: "eu-west-1",
    tags: { "rollout/data-classes": "logs" },
  });
  const articles = checkExample({ resources: [abroad, tagged] }, [regionAbroad]).findings.map(
    (finding) => finding.articles,
  );
  expect(articles).toEqual([["popia:72", "popia:19", "popia:14"], ["popia:19"]]);
});

test.each([
  "kubernetes:core/v1:Pod",
  // What a custom resource of the core group, and a patch, are called.
  "kubernetes:v1:Pod",
  "kubernetes:core/v1:PodPatch",
])("%s is checked as a pod", (type) => {
  const pod = resource(type, "app", {
    metadata: { name: "app", namespace: "rollout" },
    spec: { containers: [{ name: "app", image: "nginx" }] },
  });
  const { findings } = checkExample({ resources: [pod] }, [imageRegistry]);
  expect(findings).toMatchObject([{ subject: "rollout/Pod/app", value: "nginx" }]);
});

test("components group resources and are not checked themselves", () => {
  const component = { ...resource("rollout:components:Broker", "broker", {}), component: true };
  expect(checkExample({ resources: [component] }).resources).toBe(0);
});

test("an image in an argument is an image, and any other address there a host", () => {
  const pod = (argument: string) =>
    resource("kubernetes:core/v1:Pod", "operator", {
      metadata: { name: "operator", namespace: "rollout" },
      spec: { containers: [{ name: "operator", args: [argument] }] },
    });
  const spoke = (argument: string) =>
    checkExample({ resources: [pod(argument)] })
      .findings.filter(({ path }) => path === "spec.containers[0].args[0]")
      .map(({ policy }) => policy);
  expect(spoke("--config-reloader=registry.example.com/reloader:v1")).toContain("image-registry");
  expect(spoke("--config-reloader=registry.example.com/reloader:v1")).not.toContain("unregistered-host");
  expect(spoke("--upload=collect.example.com/readings")).toContain("unregistered-host");
  expect(spoke("--upload=https://collect.example.com/readings:v1")).toContain("unregistered-host");
});
