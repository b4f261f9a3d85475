/** A whole bundle as a site meets it: opened with tar and Node.js alone, used with no network, its images in the site's registry. */
import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { findProgram } from "../../base/find-program.ts";
import { kitVersion, packageRoot } from "../../base/package-root.ts";
import { makeKeyPair } from "../../compliance/signing/keys.ts";
import { createBundle } from "../../delivery/bundle/create.ts";
import { stackImages } from "../../delivery/images/list.ts";
import { loadCountry } from "../../localisation/load.ts";
import { countryFile, planChanged } from "../plan/planned.ts";
import { type Registry, registryProgram, startRegistry } from "./registry.ts";

const long = 15 * 60_000;
/** As an ordinary login has it: nothing of this checkout, and where the kernel allows it no network either. */
const bare = { HOME: tmpdir(), PATH: "/usr/bin:/bin" };
const alone = spawnSync("unshare", ["--net", "true"]).status === 0 ? ["unshare", "--net"] : [];

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "rollout-site-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const offline = (cwd: string, ...command: string[]) => {
  const [program, ...parameters] = [...alone, ...command];
  return execFileSync(program!, parameters, { cwd, env: bare, encoding: "utf8" });
};

test(
  "the kit in a bundle checks and plans a country on a machine without a network, Node.js or npm",
  async () => {
    const file = join(folder, "za.tar");
    const created = await createBundle({
      loaded: loadCountry(countryFile("za")),
      version: kitVersion(),
      images: { registry: null, images: [], charts: [] },
      find: () => undefined,
      without: new Set(["local-stack", "images", "engine"]),
      file,
    });
    // As docs/air-gapped.md says, for a site that has no kit yet.
    const first = join(folder, "first");
    mkdirSync(first);
    offline(first, "tar", "-xf", file);
    expect(offline(first, "sha256sum", "--check", "--quiet", "SHA256SUMS")).toBe("");
    mkdirSync(join(first, "kit"));
    offline(first, "tar", "-xzf", "kit.tar.gz", "-C", "kit");
    const kit = [join(first, "kit/node_modules/node/bin/node"), join(first, "kit/cli/bin.mjs")];
    const site = join(folder, "site");
    const said = offline(folder, ...kit, "bundle", "load", file, "--out", site, "--sha256", created.sha256);
    expect(said).toContain("./rollout validate country/za.yaml");
    expect(offline(site, "./rollout", "validate", "country/za.yaml")).toContain(
      "a valid localisation file of ZA",
    );
    const plan = JSON.parse(
      offline(site, "./rollout", "plan", "country/za.yaml", "--target", "kubernetes", "--json"),
    ) as { resources: unknown[] };
    expect(plan.resources.length).toBeGreaterThan(50);
    expect(offline(site, "./rollout", "export", "country/za.yaml", "--out", "chart")).toContain(
      "None of them holds a secret",
    );
    // Evidence that another machine made, and some made here, where the local stack's packages are not.
    const key = join(folder, "signer.pem");
    makeKeyPair(key);
    const evidence = [countryFile("za"), "--target", "kubernetes", "--by", "an auditor", "--sign-key", key];
    const archive = join(folder, "evidence.tar.gz");
    execFileSync(process.execPath, [
      join(packageRoot, "cli/bin.mjs"),
      "evidence",
      ...evidence,
      "--out",
      archive,
    ]);
    offline(site, "./rollout", "evidence", "country/za.yaml", ...evidence.slice(1), "--out", "own.tar.gz");
    for (const given of [archive, "own.tar.gz"]) {
      const verified = offline(
        site,
        "./rollout",
        "report",
        "verify",
        given,
        "--key",
        join(folder, "signer.pub.pem"),
      );
      expect(verified).toContain("made again from its own sources, every byte is the same");
      expect(verified).toContain("plan.json and policies.json: as the report names them");
    }
    // The local stack was left out, and the kit says so instead of failing somewhere within.
    const up = spawnSync(join(site, "rollout"), ["up", "country/za.yaml", "--port", "0"], {
      cwd: site,
      env: bare,
      encoding: "utf8",
    });
    expect(up).toMatchObject({ status: 3, stderr: expect.stringContaining("is not installed here") });
    expect(() => statSync(join(site, "kit/node_modules/chdb"))).toThrow("ENOENT");
  },
  long,
);

test(
  "Ctrl-C while a bundle is made leaves nothing",
  async () => {
    const out = join(folder, "interrupted");
    mkdirSync(out);
    const { spawn } = await import("node:child_process");
    const command = ["bundle", "create", countryFile("za"), "--without", "images", "--without", "engine"];
    const child = spawn(
      process.execPath,
      [join(packageRoot, "cli/bin.mjs"), ...command, "--out", join(out, "za.tar")],
      { stdio: ["ignore", "ignore", "pipe"] },
    );
    let errors = "";
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      errors += text;
      // It packs the kit, which takes long.
      if (errors.includes("kit")) setTimeout(() => child.kill("SIGINT"), 1000);
    });
    const code = await new Promise((resolve) => child.on("close", resolve));
    expect(code, errors).toBe(130);
    expect(errors).toContain("Nothing of the archive is left.");
    expect(readdirSync(out)).toEqual([]);
  },
  long,
);

test.skipIf(findProgram("skopeo") === undefined && findProgram("podman") === undefined)(
  "registries that do not answer are asked once, and are one cause (skipped without skopeo and podman)",
  async () => {
    const steps: string[] = [];
    const images = stackImages(await planChanged());
    const { manifest } = await createBundle({
      loaded: loadCountry(countryFile("za")),
      version: "9.9.9",
      images,
      find: ({ name }) => ({
        kind: "registry",
        address: name.startsWith("jetstack") ? "registry.invalid/none:1" : "127.0.0.1:1/none:1",
      }),
      without: new Set(["kit", "engine"]),
      file: join(folder, "unreached.tar"),
      tell: (step) => steps.push(step),
    });
    expect(manifest.absent).toHaveLength(images.images.length + images.charts.length);
    const [reason, ...others] = new Set(manifest.absent.map((each) => each.reason));
    expect(others).toEqual([]);
    expect(reason).toMatch(
      /^This machine does not reach 127\.0\.0\.1:1 \(connection refused\), registry\.invalid \(.+\)\./,
    );
    expect(steps.filter((step) => /^(image|chart) /.test(step))).toHaveLength(2);
  },
  long,
);

describe.skipIf(findProgram(registryProgram) === undefined || findProgram("podman") === undefined)(
  `images in a bundle (skipped where ${registryProgram} or podman is missing)`,
  () => {
    const small = `localhost/rollout-bundled-${process.pid}:1`;
    let registry: Registry;
    beforeAll(async () => {
      registry = await startRegistry(join(folder, "registry"));
      const context = join(folder, "small");
      mkdirSync(context);
      writeFileSync(join(context, "Containerfile"), "FROM scratch\nCOPY text /\n");
      writeFileSync(join(context, "text"), "small");
      execFileSync("podman", ["build", "--quiet", "--tag", small, context]);
    }, long);
    afterAll(async () => {
      await registry.stop();
      spawnSync("podman", ["rmi", "--force", small]);
    });

    test(
      "come into the site's registry, where the stack looks for them, and are the same bytes each time",
      async () => {
        const images = stackImages(await planChanged());
        const create = (file: string) =>
          createBundle({
            loaded: loadCountry(countryFile("za")),
            version: "9.9.9",
            images,
            find: (item) => (item.name === "keeper" ? undefined : { kind: "local", address: small }),
            without: new Set(["kit", "engine"]),
            file,
          });
        const created = await create(join(folder, "images.tar"));
        expect((await create(join(folder, "again.tar"))).sha256).toBe(created.sha256);
        expect(created.manifest.absent.map(({ what }) => what)).toEqual([
          expect.stringContaining("clickhouse-keeper"),
        ]);
        const site = join(folder, "site-with-images");
        const said = spawnSync(
          process.execPath,
          [
            ...[
              join(packageRoot, "cli/bin.mjs"),
              "bundle",
              "load",
              join(folder, "images.tar"),
              "--out",
              site,
            ],
            ...["--registry", registry.address, "--plain-http", "--json"],
          ],
          { encoding: "utf8" },
        );
        expect(said.stderr).not.toContain("✗");
        const { ok, digests } = JSON.parse(said.stdout) as { ok: boolean; digests: Record<string, string> };
        expect(ok).toBe(true);
        expect(Object.keys(digests).sort()).toEqual([
          "application",
          "broker",
          "relational-store",
          "time-series-store",
        ]);
        const catalogue = (await (await fetch(`http://${registry.address}/v2/_catalog?n=100`)).json()) as {
          repositories: string[];
        };
        const expected = [...images.images, ...images.charts].filter(({ name }) => name !== "keeper");
        expect(catalogue.repositories.sort()).toEqual(
          expected.map(({ reference }) => reference.split(":")[0]).sort(),
        );
        const bill = JSON.parse(readFileSync(join(site, "materials.cdx.json"), "utf8")) as {
          components: object[];
        };
        expect(bill.components).toHaveLength(expected.length);
      },
      long,
    );
  },
);
