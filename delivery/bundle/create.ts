/**
 * Writes all that a site without a network needs to one archive: the kit with its Node.js, the engine, images, charts and
 * the country's files. The same inputs give the same bytes. The archive gets its name only when it is complete.
 */

import { createHash } from "node:crypto";
import {
  createReadStream,
  createWriteStream,
  existsSync,
  mkdirSync,
  mkdtempSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGzip } from "node:zlib";
import { EnvironmentError } from "../../base/kit-error.ts";
import { packageRoot } from "../../base/package-root.ts";
import type { LoadedCountry } from "../../localisation/load.ts";
import { saveImage } from "../images/copy.ts";
import type { StackImages } from "../images/list.ts";
import type { Finder } from "../images/push.ts";
import { UnreachableRegistries } from "../images/unreachable-registries.ts";
import { writeKitFiles } from "../kit-files.ts";
import { nodePackages } from "../node-packages.ts";
import { enginePrograms } from "./engine-programs.ts";
import { type BundleFile, type BundleManifest, type BundlePart, bundleFormat } from "./manifest.ts";
import { billOfMaterials } from "./materials.ts";
import { filesBelow, type TarFile, tarOf } from "./tar.ts";

export interface CreateOptions {
  readonly loaded: LoadedCountry;
  /** Version of the kit. */
  readonly version: string;
  readonly images: StackImages;
  /** Where images are taken from. */
  readonly find: Finder;
  readonly without: ReadonlySet<BundlePart>;
  /** Where the archive goes. */
  readonly file: string;
  readonly tell?: (step: string) => void;
  /** Stops the work and removes what was written. */
  readonly signal?: AbortSignal;
}

export interface CreatedBundle {
  readonly file: string;
  readonly bytes: number;
  readonly sha256: string;
  readonly manifest: BundleManifest;
}

/** The local stack's engines, half of the kit's size. */
const localStack = new Set(["chdb", "@electric-sql/pglite"]);

type Staged = TarFile & Omit<BundleFile, "bytes" | "sha256">;

/** @throws EnvironmentError when the kit can't be packed. */
export async function createBundle(options: CreateOptions): Promise<CreatedBundle> {
  const { file, tell, signal } = options;
  const folder = dirname(resolve(file));
  mkdirSync(folder, { recursive: true });
  // Next to the archive: the folder for temporary files may be too small.
  const stage = mkdtempSync(join(folder, ".rollout-bundle-"));
  try {
    const { staged, absent } = await collect(options, stage);
    tell?.("checksums");
    const manifest = await manifestOf(options, staged, absent);
    const paths = { manifest: join(stage, "manifest.json"), sums: join(stage, "SHA256SUMS") };
    writeFileSync(paths.manifest, `${JSON.stringify(manifest, null, 2)}\n`);
    const sums = manifest.files.map(({ sha256, path }) => `${sha256}  ${path}\n`);
    writeFileSync(paths.sums, [`${await sha256Of(paths.manifest)}  manifest.json\n`, ...sums].join(""));
    tell?.("archive");
    const unfinished = join(stage, "archive");
    const hash = createHash("sha256");
    await pipeline(
      Readable.from(
        tarOf([
          { path: "manifest.json", file: paths.manifest },
          { path: "SHA256SUMS", file: paths.sums },
          ...staged,
        ]),
      ),
      async function* (chunks: AsyncIterable<Buffer>) {
        for await (const chunk of chunks) {
          hash.update(chunk);
          yield chunk;
        }
      },
      createWriteStream(unfinished, { flush: true }),
      ...(signal === undefined ? [] : [{ signal }]),
    );
    renameSync(unfinished, file);
    return { file, bytes: statSync(file).size, sha256: hash.digest("hex"), manifest };
  } finally {
    rmSync(stage, { recursive: true, force: true });
  }
}

async function collect(options: CreateOptions, stage: string) {
  const { loaded, images, without, tell, signal } = options;
  const staged: Staged[] = localisationFiles(loaded);
  const absent: { what: string; reason: string }[] = [];
  const packages = nodePackages(packageRoot, (name) => without.has("local-stack") && localStack.has(name));
  if (!without.has("kit")) {
    tell?.("kit");
    writeKitFiles(join(stage, "kit"));
    const files = [
      ...filesBelow(join(stage, "kit"), ""),
      ...packages.flatMap(({ folder, place }) =>
        filesBelow(folder, place, (name) => name !== "node_modules"),
      ),
    ];
    const archive = join(stage, "kit.tar.gz");
    // A higher level takes several times as long for a tenth of the size.
    await pipeline(
      Readable.from(tarOf(files.sort(byPath))),
      createGzip({ level: 1 }),
      createWriteStream(archive),
      ...(signal === undefined ? [] : [{ signal }]),
    );
    staged.push({ path: "kit.tar.gz", file: archive, kind: "kit" });
  }
  const aws = loaded.country.hosting.target === "aws" ? ["@pulumi/aws"] : [];
  const engine = without.has("engine") ? [] : enginePrograms(["@pulumi/kubernetes", ...aws]);
  for (const { name, version, file } of engine) {
    if (file === undefined) absent.push({ what: `${name} ${version}`, reason: "This machine has none." });
    else staged.push({ path: `engine/${name}`, file, kind: "engine", name: `${name} ${version}` });
  }
  if (!without.has("images")) await collectImages(options, stage, staged, absent);
  const materials = join(stage, "materials.cdx.json");
  const present = new Set(staged.map(({ reference }) => reference));
  writeFileSync(
    materials,
    billOfMaterials({
      kit: options.version,
      packages: without.has("kit") ? [] : packages,
      engine: engine.filter(({ file }) => file !== undefined),
      images: images.images.filter(({ reference }) => present.has(reference)),
      charts: images.charts.filter(({ reference }) => present.has(reference)),
    }),
  );
  staged.push({ path: "materials.cdx.json", file: materials, kind: "materials" });
  return { staged: staged.sort(byPath), absent };
}

async function collectImages(
  { images: { images, charts }, find, tell, signal }: CreateOptions,
  stage: string,
  staged: Staged[],
  absent: { what: string; reason: string }[],
): Promise<void> {
  const unreachable = new UnreachableRegistries();
  for (const item of [...images, ...charts]) {
    signal?.throwIfAborted();
    const kind = "operator" in item ? "image" : "chart";
    const what = `${kind} ${item.address}`;
    const place = find(item);
    if (place !== undefined && unreachable.hold(place)) {
      unreachable.lost.push(what);
      continue;
    }
    tell?.(`${kind} ${item.name}`);
    if (place === undefined) {
      absent.push({ what, reason: "Not found here. Build it with `rollout images build`." });
      continue;
    }
    const { reference } = item;
    const name = reference.replace(/^charts\//, "").replaceAll(/[/:]/g, "-");
    const layout = join(stage, "layouts", name);
    const archive = join(stage, `${name}.tar`);
    try {
      mkdirSync(dirname(layout), { recursive: true });
      await saveImage(place, layout);
    } catch (error) {
      if (!(error instanceof EnvironmentError)) throw error;
      if (unreachable.add(error)) unreachable.lost.push(what);
      else absent.push({ what, reason: error.message });
      continue;
    }
    await pipeline(Readable.from(tarOf(filesBelow(layout, "").sort(byPath))), createWriteStream(archive));
    rmSync(layout, { recursive: true });
    staged.push({ path: `${kind}s/${name}.tar`, file: archive, kind, name: item.name, reference });
  }
  for (const what of unreachable.lost) absent.push({ what, reason: unreachable.reason });
}

/** The country's file and the files that it refers to: its catalogues and its logo. */
function localisationFiles({ file, country }: LoadedCountry): Staged[] {
  const folder = dirname(resolve(file));
  const { logo } = country.branding;
  const names = [
    basename(file),
    ...country.languages.map((language) => `languages/${language}.yaml`),
    "languages/en.yaml",
    ...(logo === undefined ? [] : [logo]),
  ];
  return [...new Set(names)]
    .map((name) => ({ path: `country/${name}`, file: join(folder, name), kind: "localisation" as const }))
    .filter((found) => existsSync(found.file));
}

async function manifestOf(
  { loaded, version, images, without }: CreateOptions,
  staged: readonly Staged[],
  absent: BundleManifest["absent"],
): Promise<BundleManifest> {
  const files: BundleFile[] = [];
  for (const { file, path, kind, name, reference } of staged)
    files.push({
      path,
      kind,
      bytes: statSync(file).size,
      sha256: await sha256Of(file),
      ...(name !== undefined && { name }),
      ...(reference !== undefined && { reference }),
    });
  return {
    format: bundleFormat,
    kit: version,
    country: loaded.country.country,
    environment: loaded.environment ?? null,
    platform: `${process.platform}-${process.arch}`,
    localisation: `country/${basename(loaded.file)}`,
    registry: images.registry,
    without: [...without].sort(),
    absent,
    files,
  };
}

async function sha256Of(file: string): Promise<string> {
  const hash = createHash("sha256");
  for await (const chunk of createReadStream(file, { highWaterMark: 1 << 20 })) hash.update(chunk as Buffer);
  return hash.digest("hex");
}

const byPath = (a: TarFile, b: TarFile) => (a.path < b.path ? -1 : 1);
