/** `rollout images`: the container images that a country's stack runs. */

import { existsSync, readdirSync } from "node:fs";
import { Command, Option } from "commander";
import { stringify } from "yaml";
import { exitCode, InputError } from "../../base/kit-error.ts";
import { targets } from "../../localisation/schema/hosting.ts";
import { targetOption, withFile } from "../localisation-file.ts";
import { type PlannedImagesOptions, plannedImages } from "../planned-images.ts";
import { print, printJson, style, table } from "../terminal.ts";

const builders = ["podman", "docker", "buildah"] as const;

interface BuildOptions {
  readonly tool?: (typeof builders)[number];
  readonly base?: string;
  readonly tag?: string;
  readonly context?: string;
  readonly json?: boolean;
}

export function imagesCommand(): Command {
  return new Command("images")
    .description("the container images that a country's stack runs")
    .addCommand(buildCommand())
    .addCommand(listCommand())
    .addCommand(pushCommand());
}

function buildCommand(): Command {
  return new Command("build")
    .description("build the kit's own image: ingest, analytics, diagnostic, migration")
    .addOption(new Option("--tool <name>", "program that builds it").choices(builders))
    .option("--base <image>", "base image, with Node.js 24")
    .option("--tag <image>", "name of the image (default: localhost/country-rollout-kit:<version>)")
    .option("--context <folder>", "only write the build context, for any builder")
    .option("--json", "print JSON")
    .action(async (options: BuildOptions) => {
      if (options.context !== undefined) {
        if (existsSync(options.context) && readdirSync(options.context).length > 0)
          throw new InputError(`${options.context} is not empty.`, "Give an empty folder or a new one.");
        const { writeImageContext } = await import("../../delivery/images/context.ts");
        writeImageContext(options.context);
        if (options.json) printJson({ ok: true, context: options.context });
        else print(`Build it with \`podman build ${options.context}\` or another builder.`);
        return;
      }
      const { buildImage } = await import("../../delivery/images/build.ts");
      const { tool, base, tag } = options;
      const built = await buildImage({
        ...(tool && { tool }),
        ...(base !== undefined && { base }),
        ...(tag !== undefined && { tag }),
        tell: (line) => process.stderr.write(`${style("dim", line, process.stderr)}\n`),
      });
      if (options.json) printJson({ ok: true, ...built });
      else print(`${style("green", "✓")} ${built.image}, built by ${built.builder}.`);
    });
}

function ofStack(command: Command): Command {
  return withFile(command)
    .addOption(targetOption(targets))
    .option("--registry <address>", "use this registry instead of the file's")
    .option("--json", "print JSON");
}

interface ListOptions extends PlannedImagesOptions {
  readonly json?: boolean;
}

function listCommand(): Command {
  return ofStack(
    new Command("list").description(
      "list every image and chart of the stack: who publishes it, and its address in the country",
    ),
  ).action(async (file: string, options: ListOptions) => {
    const { images } = await plannedImages(file, options);
    const { localImages } = await import("../../delivery/images/copy.ts");
    const sizes = await localImages();
    const size = (addresses: readonly (string | null)[]) =>
      addresses.map((address) => sizes.get(address ?? "")).find((bytes) => bytes !== undefined) ?? null;
    const sized = images.images.map((image) => ({ ...image, bytes: size([image.address, image.source]) }));
    if (options.json) return printJson({ ok: true, ...images, images: sized });
    const rows = [
      ...sized.map(({ name, source, address, digest, bytes }) => [
        name,
        source ?? "built by `rollout images build`",
        digest === null ? address : `${address}@${digest.slice(0, 19)}…`,
        bytes === null ? "" : `${Math.round(bytes / 1e6)} MB here`,
      ]),
      ...images.charts.map(({ name, source, address }) => [`chart ${name}`, source, address, ""]),
    ];
    print(table([["NAME", "PUBLISHED AS", "TAKEN FROM", ""].map((text) => style("bold", text)), ...rows]));
  });
}

interface PushOptions extends ListOptions {
  readonly tool?: "skopeo" | "podman";
  readonly plainHttp?: boolean;
}

function pushCommand(): Command {
  return ofStack(
    new Command("push").description("copy every image and chart of the stack to the country's registry"),
  )
    .addOption(new Option("--tool <name>", "program that copies").choices(["skopeo", "podman"]))
    .option("--plain-http", "the registry has no TLS; for tests on one machine")
    .action(async (file: string, options: PushOptions) => {
      const { loaded, images } = await plannedImages(file, options);
      const onAws = loaded.country.hosting.target === "aws";
      if (onAws && options.registry === undefined)
        throw new InputError(
          "The registry's address contains the account's number, which the file does not have.",
          "Add --registry: `rollout up` prints the address, and the console of ECR shows it.",
        );
      if (images.registry === null)
        throw new InputError(
          `${file} names no registry.`,
          "Add hosting.kubernetes.registry to the file, or use --registry.",
        );
      const { fromHere, pushImages } = await import("../../delivery/images/push.ts");
      const { defaultTag } = await import("../../delivery/images/build.ts");
      const pushed = await pushImages(images, await fromHere(defaultTag()), {
        ...(options.tool && { tool: options.tool }),
        plainHttp: options.plainHttp === true,
        tell: (line) => process.stderr.write(`${style("dim", line, process.stderr)}\n`),
      });
      if (pushed.failed.length > 0) process.exitCode = exitCode.environmentLacking;
      if (options.json) return printJson({ ok: pushed.failed.length === 0, ...pushed });
      for (const { address, reason } of pushed.failed)
        process.stderr.write(`${style("red", "✗", process.stderr)} ${address}: ${reason}\n`);
      if (onAws || Object.keys(pushed.digests).length === 0) return;
      print("# For the localisation file: digests, because a tag can be moved to another image.");
      print(stringify({ hosting: { kubernetes: { imageDigests: pushed.digests } } }).trimEnd());
    });
}
