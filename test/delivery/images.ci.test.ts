/** The kit's image as a builder makes it and a container runs it; images and charts as a registry takes them. */
import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { findProgram } from "../../base/find-program.ts";
import { kitVersion } from "../../base/package-root.ts";
import { buildImage } from "../../delivery/images/build.ts";
import { writeImageContext } from "../../delivery/images/context.ts";
import { copyTools, saveImage } from "../../delivery/images/copy.ts";
import { stackImages } from "../../delivery/images/list.ts";
import { pushImages } from "../../delivery/images/push.ts";
import { planChanged } from "../plan/planned.ts";
import { type Registry, registryProgram, startRegistry } from "./registry.ts";

const hasPodman = findProgram("podman") !== undefined;
/** Bases that are here: nothing is downloaded by a test. */
const base = ["docker.io/library/node:24.21.0-bookworm-slim", "docker.io/library/node:24-bookworm-slim"].find(
  (image) => hasPodman && spawnSync("podman", ["image", "exists", image]).status === 0,
);
const limits = ["--ulimit", "nofile=4096:4096", "--ulimit", "nproc=4096:4096"];
const runtime = findProgram("runc") === undefined ? [] : ["--runtime", "runc"];
const run = (image: string, parameters: readonly string[], ...options: string[]) =>
  spawnSync(
    "podman",
    [
      ...runtime,
      "run",
      "--rm",
      ...limits,
      "--network",
      "none",
      "--read-only",
      "--user",
      "10001:10001",
      ...options,
      image,
      ...parameters,
    ],
    { encoding: "utf8" },
  );
const canRun = base !== undefined && run(base, ["node", "--version"]).status === 0;

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "rollout-images-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test("the image's files load every program of a cluster, and hold nothing of the local stack or of Pulumi", () => {
  const context = join(folder, "context");
  mkdirSync(context);
  writeImageContext(context);
  const kit = join(context, "root/opt/rollout");
  const load = `const { programs } = await import(${JSON.stringify(join(kit, "dist/apps/programs.js"))});
    for (const load of Object.values(programs)) await load();
    console.log(Object.keys(programs).length);`;
  const loaded = spawnSync(process.execPath, ["--input-type=module", "-e", load], {
    encoding: "utf8",
    cwd: "/",
  });
  expect(loaded.stderr).toBe("");
  expect(Number(loaded.stdout)).toBeGreaterThan(0);
  for (const absent of ["chdb", "@pulumi", "@electric-sql", "node", "typescript"])
    expect(() => statSync(join(kit, "node_modules", absent)), absent).toThrow("ENOENT");
  expect(
    execFileSync(join(context, "root/usr/local/bin/rollout"), ["--version"], { encoding: "utf8" }).trim(),
  ).toBe(kitVersion());
});

describe.skipIf(base === undefined)(
  "the image (skipped where podman or a base image with Node.js 24 is missing)",
  () => {
    const image = `localhost/rollout-test-${process.pid}:1`;
    beforeAll(async () => {
      await buildImage({ tool: "podman", base: base!, tag: image });
    }, 600_000);
    afterAll(() => {
      spawnSync("podman", ["rmi", "--force", image]);
    });

    test("says what it is, runs as nobody in particular, and is the same when it is built again", async () => {
      const inspected = JSON.parse(execFileSync("podman", ["inspect", image], { encoding: "utf8" }))[0];
      expect(inspected.Config.User).toBe("10001:10001");
      expect(inspected.Config.Entrypoint).toEqual(["rollout"]);
      expect(inspected.Labels["org.opencontainers.image.version"]).toBe(kitVersion());
      expect(inspected.Labels["org.opencontainers.image.licenses"]).toBe("Apache-2.0");
      expect(inspected.Labels["org.opencontainers.image.revision"]).toMatch(/^[0-9a-f]{40}$/);
      await buildImage({ tool: "podman", base: base!, tag: image });
      const again = JSON.parse(execFileSync("podman", ["inspect", image], { encoding: "utf8" }))[0];
      expect(again.Id).toBe(inspected.Id);
    }, 600_000);

    describe.skipIf(!canRun)("in a container (skipped where podman can't run one)", () => {
      test("starts with a read-only root and no network, checks files, and says what it is without", () => {
        expect(run(image, ["--version"]).stdout.trim()).toBe(kitVersion());
        expect(run(image, ["validate", "/opt/rollout/countries/za.yaml"])).toMatchObject({ status: 0 });
        const plan = run(image, ["plan", "/opt/rollout/countries/za.yaml", "--target", "kubernetes"]);
        expect(plan).toMatchObject({
          status: 3,
          stderr: expect.stringContaining("The image for clusters does not have it"),
        });
      });
    });
  },
);

describe.skipIf(findProgram(registryProgram) === undefined || !hasPodman)(
  `images pushed to a registry (skipped where ${registryProgram} or podman is missing)`,
  () => {
    let registry: Registry;
    const small = `localhost/rollout-small-${process.pid}:1`;
    const archive = () => join(folder, "small.tar");
    beforeAll(async () => {
      registry = await startRegistry(join(folder, "registry"));
      const context = join(folder, "small");
      mkdirSync(context);
      writeFileSync(join(context, "Containerfile"), "FROM scratch\nCOPY text /\n");
      writeFileSync(join(context, "text"), "small");
      execFileSync("podman", ["build", "--quiet", "--tag", small, context]);
      const layout = join(folder, "layout");
      await saveImage({ kind: "local", address: small }, layout, { tool: "podman" });
      execFileSync("tar", ["-cf", archive(), "-C", layout, "."]);
    }, 120_000);
    afterAll(async () => {
      await registry.stop();
      spawnSync("podman", ["rmi", "--force", small]);
    });

    test.each(copyTools.filter((tool) => findProgram(tool) !== undefined))(
      "by %s rest there by the digest that is told; what is missing is named and the rest goes on",
      async (tool) => {
        const images = stackImages(await planChanged(), `${registry.address}/${tool}`);
        const pushed = await pushImages(
          images,
          (item) => {
            if (item.name === "keeper") return undefined;
            if (item.name === "broker") return { kind: "archive", file: join(folder, "no-such-file.tar") };
            return item.name === "application"
              ? { kind: "local", address: small }
              : { kind: "archive", file: archive() };
          },
          { tool, plainHttp: true },
        );
        expect(pushed.failed.map(({ address }) => address)).toEqual([
          expect.stringContaining("/library/rabbitmq:"),
          expect.stringContaining("/clickhouse/clickhouse-keeper:"),
        ]);
        expect(Object.keys(pushed.digests).sort()).toEqual([
          "application",
          "relational-store",
          "time-series-store",
        ]);
        for (const { name, address } of images.images.filter(({ name }) => name in pushed.digests)) {
          const [, repository, tag] = /^[^/]+\/(.+):([^:]+)$/.exec(address)!;
          const manifest = await fetch(`http://${registry.address}/v2/${repository}/manifests/${tag}`, {
            headers: { accept: "application/vnd.oci.image.manifest.v1+json" },
          });
          expect(manifest.headers.get("docker-content-digest"), name).toBe(pushed.digests[name]);
        }
      },
      120_000,
    );

    test.skipIf(findProgram("helm") === undefined || findProgram("skopeo") === undefined)(
      "a chart is copied like an image (skipped where helm or skopeo is missing)",
      () => {
        const chart = join(folder, "a-chart");
        execFileSync("helm", ["create", chart]);
        execFileSync("helm", ["package", chart, "--destination", folder], { stdio: "pipe" });
        const at = (path: string) => `${registry.address}/${path}`;
        execFileSync(
          "helm",
          ["push", "--plain-http", join(folder, "a-chart-0.1.0.tgz"), `oci://${at("from")}`],
          {
            stdio: "pipe",
          },
        );
        execFileSync("skopeo", [
          ...["copy", "--quiet", "--src-tls-verify=false", "--dest-tls-verify=false"],
          ...[`docker://${at("from/a-chart:0.1.0")}`, `docker://${at("to/a-chart:0.1.0")}`],
        ]);
        const pulled = join(folder, "pulled");
        mkdirSync(pulled);
        execFileSync(
          "helm",
          ["pull", "--plain-http", `oci://${at("to/a-chart")}`, "--version", "0.1.0", "-d", pulled],
          {
            stdio: "pipe",
          },
        );
        expect(readFileSync(join(pulled, "a-chart-0.1.0.tgz"))).toEqual(
          readFileSync(join(folder, "a-chart-0.1.0.tgz")),
        );
      },
    );
  },
);
