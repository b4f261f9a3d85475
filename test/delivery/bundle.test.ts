/** A bundle gives back what went in, the same bytes each time; what is damaged or made to harm is refused and leaves nothing. */

import { createHash } from "node:crypto";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Header } from "tar";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { InputError } from "../../base/kit-error.ts";
import { packageRoot } from "../../base/package-root.ts";
import { createBundle } from "../../delivery/bundle/create.ts";
import { checkBundle, loadBundle } from "../../delivery/bundle/load.ts";
import { type BundleManifest, bundleFormat } from "../../delivery/bundle/manifest.ts";
import { billOfMaterials } from "../../delivery/bundle/materials.ts";
import { tarOf } from "../../delivery/bundle/tar.ts";
import { stackImages } from "../../delivery/images/list.ts";
import { nodePackages } from "../../delivery/node-packages.ts";
import { loadCountry } from "../../localisation/load.ts";
import { countryFile, planChanged } from "../plan/planned.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "rollout-bundle-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const small = (file: string, signal?: AbortSignal, tell?: (step: string) => void) =>
  createBundle({
    loaded: loadCountry(countryFile("za"), { today: "2026-11-01" }),
    version: "9.9.9",
    images: { registry: null, images: [], charts: [] },
    find: () => undefined,
    without: new Set(["kit", "engine", "images"]),
    file,
    ...(signal && { signal }),
    ...(tell && { tell }),
  });

describe("a bundle", () => {
  test("gives back the country's files, and is the same bytes each time", async () => {
    const [first, second] = [join(folder, "first.tar"), join(folder, "second.tar")];
    const created = await small(first);
    await small(second);
    expect(readFileSync(second).equals(readFileSync(first))).toBe(true);
    expect(created.sha256).toBe(createHash("sha256").update(readFileSync(first)).digest("hex"));
    const site = join(folder, "site");
    const { manifest } = await loadBundle(first, site, created.sha256);
    expect(manifest).toEqual(created.manifest);
    expect(manifest.localisation).toBe("country/za.yaml");
    const loaded = loadCountry(join(site, manifest.localisation), { today: "2026-11-01" });
    expect(loaded.country).toEqual(loadCountry(countryFile("za"), { today: "2026-11-01" }).country);
    expect(readdirSync(join(site, "country/languages")).sort()).toEqual(["af.yaml", "en.yaml", "zu.yaml"]);
    expect(readdirSync(folder).sort()).toEqual(["first.tar", "second.tar", "site"]);
  });

  test("that is interrupted leaves neither an archive nor anything else, and an older archive as it was", async () => {
    const file = join(folder, "za.tar");
    writeFileSync(file, "older");
    const stop = new AbortController();
    const interrupted = small(file, stop.signal, (step) => {
      if (step === "archive") stop.abort();
    });
    await expect(interrupted).rejects.toThrow("aborted");
    expect(readdirSync(folder)).toEqual(["za.tar"]);
    expect(readFileSync(file, "utf8")).toBe("older");
  });

  test("names what it lacks", async () => {
    const images = stackImages(await planChanged());
    const created = await createBundle({
      loaded: loadCountry(countryFile("za"), { today: "2026-11-01" }),
      version: "9.9.9",
      images,
      find: () => undefined,
      without: new Set(["kit", "engine"]),
      file: join(folder, "za.tar"),
    });
    expect(created.manifest.absent.map(({ what }) => what)).toEqual(
      [...images.images, ...images.charts].map((item) => expect.stringContaining(item.address)),
    );
    const materials = await materialsOf(join(folder, "za.tar"));
    expect(materials.components).toEqual([]);
  });

  test("does not go where something is already", async () => {
    const file = join(folder, "za.tar");
    await small(file);
    mkdirSync(join(folder, "site"));
    writeFileSync(join(folder, "site/mine"), "");
    await expect(loadBundle(file, join(folder, "site"))).rejects.toThrow("is not empty");
    expect(readdirSync(join(folder, "site"))).toEqual(["mine"]);
  });
});

async function materialsOf(file: string): Promise<{ components: { purl: string }[] }> {
  const site = join(folder, "site-of-materials");
  await loadBundle(file, site);
  return JSON.parse(readFileSync(join(site, "materials.cdx.json"), "utf8"));
}

interface Entry {
  readonly path: string;
  readonly text?: string;
  readonly type?: "File" | "SymbolicLink" | "Link" | "CharacterDevice";
  readonly linkpath?: string;
}

/** An archive with any entries, as nobody's kit would write it. */
function archive(entries: readonly Entry[]): string {
  const blocks = entries.flatMap(({ path, text = "", type = "File", linkpath }) => {
    const block = Buffer.alloc(512);
    const size = type === "File" ? Buffer.byteLength(text) : 0;
    new Header({ path, size, mode: 0o644, type, ...(linkpath !== undefined && { linkpath }) }).encode(block);
    const content = Buffer.alloc(Math.ceil(size / 512) * 512);
    content.write(text);
    return [block, content];
  });
  const file = join(folder, "made.tar");
  writeFileSync(file, Buffer.concat([...blocks, Buffer.alloc(1024)]));
  return file;
}

const sum = (text: string) => createHash("sha256").update(text).digest("hex");

function manifestFor(files: readonly Entry[], changes: object = {}): Entry {
  const manifest = {
    format: bundleFormat,
    kit: "9.9.9",
    country: "ZA",
    environment: null,
    platform: "linux-x64",
    localisation: "country/za.yaml",
    registry: null,
    without: [],
    absent: [],
    files: files.map(({ path, text = "" }) => ({
      path,
      kind: "localisation",
      bytes: Buffer.byteLength(text),
      sha256: sum(text),
    })),
    ...changes,
  } as BundleManifest;
  return { path: "manifest.json", text: JSON.stringify(manifest) };
}

describe("an archive is refused", () => {
  const country: Entry = { path: "country/za.yaml", text: "country: ZA\n" };
  const outside: Entry = { path: "../outside", text: "out" };
  const absolute: Entry = { path: "/tmp/rollout-outside", text: "out" };
  const extra: Entry = { path: "extra", text: "more" };

  test("as it is made here only when something is wrong with it", async () => {
    const file = archive([manifestFor([country]), country]);
    await expect(checkBundle(file)).resolves.toMatchObject({ country: "ZA" });
  });

  test.each<[string, () => readonly Entry[], string]>([
    [
      "with a changed file",
      () => [manifestFor([country]), { ...country, text: "country: ZB\n" }],
      "is damaged",
    ],
    ["with a longer file", () => [manifestFor([country]), { ...country, text: "country: ZA\n\n" }], "bytes"],
    ["without a file", () => [manifestFor([country, extra]), country], "lacks extra"],
    ["with a file too many", () => [manifestFor([country]), country, extra], "does not name"],
    ["with a file twice", () => [manifestFor([country]), country, country], "twice"],
    [
      "with a path that leads out",
      () => [manifestFor([country, outside]), country, outside],
      "leads out of it",
    ],
    ["with an absolute path", () => [manifestFor([country, absolute]), country, absolute], "leads out of it"],
    ["with a path out that is not named", () => [manifestFor([country]), country, outside], "does not name"],
    [
      "with names that are one on some file systems",
      () => [manifestFor([country, { ...country, path: "country/ZA.yaml" }]), country],
      "twice",
    ],
    [
      "with a link",
      () => [manifestFor([country]), { path: country.path, type: "SymbolicLink", linkpath: "/etc/passwd" }],
      "not a plain file",
    ],
    [
      "with a hard link",
      () => [manifestFor([country]), country, { path: "x", type: "Link", linkpath: "country/za.yaml" }],
      "not a plain file",
    ],
    [
      "with a device",
      () => [manifestFor([country]), { path: "x", type: "CharacterDevice" }],
      "not a plain file",
    ],
    ["that starts with something else", () => [country, manifestFor([country])], "is not a bundle"],
    ["that is empty", () => [], "no archive"],
    ["of another format", () => [manifestFor([country], { format: "rollout-bundle/9" })], "rollout-bundle/9"],
    ["whose manifest is no JSON", () => [{ path: "manifest.json", text: "{" }], "not JSON"],
    ["whose manifest is a list", () => [{ path: "manifest.json", text: "[]" }], "format"],
    ["whose manifest names no files", () => [manifestFor([], { files: "all" })], "names no files"],
    [
      "whose manifest has files without checksums",
      () => [manifestFor([], { files: [{ path: "x" }] })],
      "no checksum",
    ],
    [
      "whose country's file is elsewhere",
      () => [manifestFor([country], { localisation: "../za.yaml" })],
      "does not list",
    ],
    [
      "with a kit that leads out",
      () => {
        const kit: Entry = { path: "kit.tar.gz", text: readFileSync(archive([outside]), "latin1") };
        return [manifestFor([country, kit]), country, kit];
      },
      "leads out of it",
    ],
  ])("%s", async (_, entries, message) => {
    const file = archive(entries());
    const site = join(folder, "site");
    await expect(loadBundle(file, site)).rejects.toThrow(message);
    await expect(loadBundle(file, site)).rejects.toBeInstanceOf(InputError);
    expect(readdirSync(folder)).toEqual(["made.tar"]);
    expect(existsSync("/tmp/rollout-outside")).toBe(false);
  });

  test("wherever a byte is changed or it is cut off", async () => {
    const file = join(folder, "za.tar");
    await small(file);
    const whole = readFileSync(file);
    const manifestEnd = 512 + Math.ceil(whole.subarray(512).indexOf(0) / 512) * 512;
    // Somewhere in each header and content; not in the padding, which is nobody's.
    const places = [
      0,
      150,
      600,
      manifestEnd + 1024 + 700,
      Math.floor(whole.length / 2),
      whole.length - 40_000,
    ];
    for (const place of places) {
      const changed = Buffer.from(whole);
      changed[place] = changed[place]! ^ 0x10;
      const damaged = join(folder, "damaged.tar");
      writeFileSync(damaged, changed);
      await expect(checkBundle(damaged), `byte ${place}`).rejects.toBeInstanceOf(InputError);
    }
    for (const length of [0, 1, 511, 512, 5000, whole.length / 2, whole.length - 20_000]) {
      const cut = join(folder, "cut.tar");
      writeFileSync(cut, whole.subarray(0, length));
      await expect(checkBundle(cut), `${length} bytes`).rejects.toBeInstanceOf(InputError);
    }
  });

  test("that is none, is not there, or is not the one that was announced", async () => {
    const file = join(folder, "text.tar");
    writeFileSync(file, "no archive at all\n".repeat(100));
    await expect(checkBundle(file)).rejects.toBeInstanceOf(InputError);
    await expect(checkBundle(join(folder, "absent.tar"))).rejects.toThrow("ENOENT");
    await expect(checkBundle(folder)).rejects.toThrow("EISDIR");
    const sound = archive([manifestFor([country]), country]);
    await expect(loadBundle(sound, join(folder, "site"), "0".repeat(64))).rejects.toThrow("SHA-256");
    expect(existsSync(join(folder, "site"))).toBe(false);
  });
});

test("long paths keep their names", async () => {
  const path = `${"a-long-folder-name/".repeat(14)}file.txt`;
  const source = join(folder, "source");
  writeFileSync(source, "text");
  const chunks: Buffer[] = [];
  for await (const chunk of tarOf([{ path, file: source }])) chunks.push(chunk);
  const file = join(folder, "long.tar");
  writeFileSync(file, Buffer.concat(chunks));
  await expect(checkBundle(file)).rejects.toThrow(path.slice(0, 100));
});

test("the bill of materials names each package once with its licence, and each image by its digest", async () => {
  const digest = `sha256:${"b".repeat(64)}`;
  const { images, charts } = stackImages(
    await planChanged((cluster) => {
      cluster.imageDigests = { broker: digest };
    }),
  );
  const bill = JSON.parse(
    billOfMaterials({
      kit: "9.9.9",
      packages: nodePackages(packageRoot, () => false),
      engine: [{ name: "pulumi", version: "3.270.0", file: "/x" }],
      images,
      charts,
    }),
  ) as {
    specVersion: string;
    components: { "bom-ref": string; purl: string; licenses?: object[]; hashes?: object[] }[];
  };
  expect(bill.specVersion).toBe("1.6");
  const references = bill.components.map((component) => component["bom-ref"]);
  expect(new Set(references).size).toBe(references.length);
  expect(references).toContain("pkg:generic/pulumi@3.270.0");
  const yaml = bill.components.find(({ purl }) => purl.startsWith("pkg:npm/yaml@"));
  expect(yaml?.licenses).toEqual([{ expression: "ISC" }]);
  expect(references.some((purl) => purl.startsWith("pkg:npm/%40pulumi/kubernetes@"))).toBe(true);
  const broker = bill.components.find(({ purl }) => purl.includes("rabbitmq"));
  expect(broker?.hashes).toEqual([{ alg: "SHA-256", content: "b".repeat(64) }]);
  expect(references.filter((purl) => purl.startsWith("pkg:oci/")).length).toBe(images.length + charts.length);
});
