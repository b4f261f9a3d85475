/** The list of images names all that a plan runs; the kit's own image gets the packages that its programs load, each where it is found. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { stackImages } from "../../delivery/images/list.ts";
import { nodePackages } from "../../delivery/node-packages.ts";
import { loadCountry } from "../../localisation/load.ts";
import { containersOf, countryFile, planChanged, planOnce, podsOf } from "../plan/planned.ts";
import { variants } from "../plan/variants.ts";

describe("the list of images", () => {
  test.each(Object.entries(variants))("of a stack %s holds each image of the plan", async (_, change) => {
    const plan = await planChanged(change);
    const listed = new Set(stackImages(plan).images.map(({ address }) => address));
    const run = podsOf(plan).flatMap(({ spec }) =>
      containersOf(spec).map((container) => String((container as { image: string }).image).split("@")[0]),
    );
    expect(run.length).toBeGreaterThan(5);
    for (const image of run) expect([...listed]).toContain(image);
    expect([...listed].some((image) => image.includes("cloudnative-pg/postgresql:"))).toBe(true);
  });

  test("has each operator's chart and images, none where the cluster has the operators", async () => {
    const { charts, images, registry } = stackImages(await planChanged());
    expect(registry).toBe("registry.example.org");
    expect(charts.map(({ name }) => name)).toEqual(["cert-manager", "cloudnative-pg", "plugin-barman-cloud"]);
    expect(charts[0]).toMatchObject({
      source: expect.stringMatching(/^quay\.io\/jetstack\/charts\/cert-manager:v/),
      address: expect.stringMatching(/^registry\.example\.org\/charts\/cert-manager:v/),
    });
    expect(images.find(({ name }) => name === "application")?.source).toBeNull();
    const withOperators = stackImages(
      await planChanged((cluster) => {
        cluster.operators = { certManager: "preinstalled", cloudNativePg: "preinstalled" };
      }),
    );
    expect(withOperators.charts).toEqual([]);
    expect(withOperators.images.every(({ operator }) => operator === null)).toBe(true);
  });

  test("names digests, publishers where the file has no registry, and another registry where one is given", async () => {
    const digest = `sha256:${"a".repeat(64)}`;
    const plan = await planChanged((cluster) => {
      delete cluster.registry;
      cluster.imageDigests = { broker: digest };
    });
    const { images, registry } = stackImages(plan);
    expect(registry).toBeNull();
    expect(images.find(({ name }) => name === "broker")).toMatchObject({
      digest,
      address: expect.stringMatching(/^docker\.io\/library\/rabbitmq:[^@]+$/),
    });
    expect(images.find(({ name }) => name === "application")?.address).toBe(
      "localhost/country-rollout-kit:9.9.9",
    );
    for (const { address } of stackImages(plan, "127.0.0.1:5000/x").images)
      expect(address).toMatch(/^127\.0\.0\.1:5000\/x\//);
  });

  test("follows a stack on AWS to its own registry", async () => {
    const plan = await planOnce(
      loadCountry(countryFile("br"), { target: "aws", today: "2026-11-01" }),
      "aws",
    );
    const { images, charts, registry } = stackImages(plan);
    expect(registry).toMatch(/\.dkr\.ecr\.sa-east-1\.amazonaws\.com\//);
    expect(charts.map(({ name }) => name)).toContain("gateway-helm");
    expect(images.map(({ name }) => name)).toContain("envoyproxy/envoy");
  });
});

describe("the packages of the image", () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "rollout-packages-"));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  function install(root: string, packages: Record<string, object>): string {
    for (const [path, manifest] of Object.entries(packages)) {
      const file = join(folder, root, path, "package.json");
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(
        file,
        JSON.stringify({
          name: path === "." ? root : path.split("node_modules/").at(-1),
          version: "1.0.0",
          ...manifest,
        }),
      );
    }
    return join(folder, root);
  }

  test("stand once, but for another version below what needs it; what is left out takes its own along", () => {
    const kit = install("hoisted", {
      ".": { dependencies: { a: "1", b: "1", heavy: "1" } },
      "node_modules/a": { dependencies: { shared: "1" } },
      "node_modules/b": {
        dependencies: { shared: "2" },
        optionalDependencies: { "for-another-platform": "1" },
      },
      "node_modules/b/node_modules/shared": { version: "2.0.0" },
      "node_modules/shared": {},
      "node_modules/heavy": { dependencies: { "of-heavy": "1", shared: "1" } },
      "node_modules/of-heavy": {},
    });
    expect(
      nodePackages(kit, (name) => name === "heavy").map(({ place, version }) => `${place} ${version}`),
    ).toEqual([
      "node_modules/a 1.0.0",
      "node_modules/b 1.0.0",
      "node_modules/b/node_modules/shared 2.0.0",
      "node_modules/shared 1.0.0",
    ]);
  });

  test("are found beside the kit, where npm puts them when the kit is installed in a project", () => {
    const project = install("project", {
      "node_modules/kit": { dependencies: { a: "2", c: "1" } },
      "node_modules/kit/node_modules/a": { version: "2.0.0" },
      "node_modules/a": {},
      "node_modules/c": { dependencies: { a: "1" } },
    });
    const places = nodePackages(join(project, "node_modules/kit"), () => false);
    expect(places.map(({ place, version }) => `${place} ${version}`)).toEqual([
      "node_modules/a 2.0.0",
      "node_modules/c 1.0.0",
      "node_modules/c/node_modules/a 1.0.0",
    ]);
  });

  test("that are missing are named with the remediation", () => {
    const kit = install("broken", { ".": { dependencies: { gone: "1" } } });
    expect(() => nodePackages(kit, () => false)).toThrow("gone, which broken needs, is not installed.");
  });
});
