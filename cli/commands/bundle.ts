/** `rollout bundle`: everything that a site without a network needs, in one archive. */

import { Command, Option } from "commander";
import { exitCode } from "../../base/kit-error.ts";
import { kitVersion } from "../../base/package-root.ts";
import { stopOnSignals } from "../../base/stop-on-signals.ts";
import type { BundleManifest, BundlePart } from "../../delivery/bundle/manifest.ts";
import { targets } from "../../localisation/schema/hosting.ts";
import { targetOption, withFile } from "../localisation-file.ts";
import { type PlannedImagesOptions, plannedImages } from "../planned-images.ts";
import { megabytes, print, printJson, style } from "../terminal.ts";

const parts: readonly BundlePart[] = ["kit", "local-stack", "engine", "images"];

export function bundleCommand(): Command {
  return new Command("bundle")
    .description("pack or load everything that a site without a network needs, as one archive")
    .addCommand(createCommand())
    .addCommand(loadCommand());
}

interface CreateOptions extends PlannedImagesOptions {
  readonly out?: string;
  readonly without?: readonly BundlePart[];
  readonly json?: boolean;
}

function createCommand(): Command {
  return withFile(
    new Command("create").description("pack the kit, the engine, images, charts and the country's files"),
  )
    .addOption(targetOption(targets))
    .option("--registry <address>", "use this registry instead of the file's")
    .option("--out <file>", "archive to write (default: rollout-<country>-<version>.tar)")
    .addOption(new Option("--without <part...>", "leave these parts out").choices(parts))
    .option("--json", "print JSON")
    .action(async (file: string, options: CreateOptions) => {
      const { loaded, images } = await plannedImages(file, options);
      const [{ createBundle }, { fromHere }, { defaultTag }] = await Promise.all([
        import("../../delivery/bundle/create.ts"),
        import("../../delivery/images/push.ts"),
        import("../../delivery/images/build.ts"),
      ]);
      const country = loaded.country.country.toLowerCase();
      const stop = new AbortController();
      stopOnSignals(stop, { message: "Stopped. Nothing of the archive is left." });
      const created = await createBundle({
        loaded,
        version: kitVersion(),
        images,
        find: await fromHere(defaultTag()),
        without: new Set(options.without),
        file: options.out ?? `rollout-${country}-${kitVersion()}.tar`,
        tell: (step) => process.stderr.write(`${style("dim", step, process.stderr)}\n`),
        signal: stop.signal,
      });
      const { absent } = created.manifest;
      if (absent.length > 0) process.exitCode = exitCode.environmentLacking;
      if (options.json) return printJson({ ok: absent.length === 0, ...created });
      for (const [reason, lost] of Map.groupBy(absent, (each) => each.reason))
        process.stderr.write(`${style("red", "✗", process.stderr)} ${missing(lost)} ${reason}\n`);
      const contents = `${created.file}: ${megabytes(created.bytes)}, ${counted(created.manifest)}`;
      if (absent.length === 0) print(`${style("green", "✓")} ${contents}`);
      else print(`Not complete: ${contents}`);
      print(`  SHA-256 ${created.sha256}`);
      print("  Send the site this checksum separately from the archive, for `rollout bundle load --sha256`.");
    });
}

interface LoadOptions {
  readonly out?: string;
  readonly registry?: string;
  readonly sha256?: string;
  readonly check?: boolean;
  readonly plainHttp?: boolean;
  readonly json?: boolean;
}

function loadCommand(): Command {
  return new Command("load")
    .description("verify an archive, unpack it, and push its images to the site's registry")
    .argument("<archive>", "archive that `rollout bundle create` wrote")
    .option("--out <folder>", "folder to unpack to (default: ./rollout-bundle)")
    .option("--registry <address>", "registry to push its images and charts to (default: they stay files)")
    .option("--sha256 <checksum>", "expected SHA-256 checksum of the archive")
    .option("--check", "only verify it")
    .option("--plain-http", "the registry has no TLS; for tests on one machine")
    .option("--json", "print JSON")
    .action(async (archive: string, options: LoadOptions) => {
      const { checkBundle, loadBundle } = await import("../../delivery/bundle/load.ts");
      if (options.check) {
        const manifest = await checkBundle(archive, options.sha256);
        if (options.json) printJson({ ok: true, manifest });
        else print(`${style("green", "✓")} ${archive} is valid: ${counted(manifest)}`);
        return;
      }
      const loaded = await loadBundle(archive, options.out ?? "rollout-bundle", options.sha256);
      const pushed =
        options.registry === undefined
          ? undefined
          : await pushBundled(loaded.folder, loaded.manifest, options.registry, options.plainHttp === true);
      const failed = pushed?.failed ?? [];
      if (failed.length > 0) process.exitCode = exitCode.environmentLacking;
      if (options.json) return printJson({ ok: failed.length === 0, ...loaded, ...pushed });
      print(`${style("green", "✓")} ${loaded.folder}: ${counted(loaded.manifest)}`);
      for (const { address, reason } of failed)
        process.stderr.write(`${style("red", "✗", process.stderr)} ${address}: ${reason}\n`);
      for (const [name, digest] of Object.entries(pushed?.digests ?? {})) print(`  ${name}: ${digest}`);
      const { platform } = loaded.manifest;
      if (platform !== `${process.platform}-${process.arch}`)
        process.stderr.write(
          `${style("yellow", `Its programs are for ${platform}; this machine is ${process.platform}-${process.arch}.`, process.stderr)}\n`,
        );
      if (!loaded.manifest.without.includes("kit"))
        print(`Next, in that folder: ./rollout validate ${loaded.manifest.localisation}`);
    });
}

async function pushBundled(folder: string, manifest: BundleManifest, registry: string, plainHttp: boolean) {
  const { pushImages } = await import("../../delivery/images/push.ts");
  const { bundledImages, fromBundle } = await import("../../delivery/bundle/images.ts");
  const images = bundledImages(manifest, registry);
  return pushImages(images, fromBundle(folder, manifest), {
    plainHttp,
    tell: (line) => process.stderr.write(`${style("dim", line, process.stderr)}\n`),
  });
}

/** Parts that one cause keeps out of the archive; all of them are in its manifest. */
function missing(lost: BundleManifest["absent"]): string {
  const names = lost.slice(0, 3).map(({ what }) => what);
  const more = lost.length > names.length ? ` and ${lost.length - names.length} more` : "";
  return `${names.join(", ")}${more} ${lost.length === 1 ? "is" : "are"} not in it.`;
}

function counted({ files, without }: BundleManifest): string {
  const count = (kind: string) => files.filter((file) => file.kind === kind).length;
  const left = without.length === 0 ? "" : `; without ${without.join(", ")}`;
  return `${count("image")} images, ${count("chart")} charts, ${count("engine")} programs of the engine${left}.`;
}
