/** `rollout images`: the container images that a country's stack runs. */
import { Command, Option } from "commander";
import { print, printJson, style } from "../terminal.ts";

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
    .addCommand(buildCommand());
}

function buildCommand(): Command {
  return new Command("build")
    .description("build the kit's own image: ingest, analytics, diagnostic, migration")
    .addOption(new Option("--tool <name>", "what builds it").choices(builders))
    .option("--base <image>", "image with Node.js 24 that it stands on")
    .option("--tag <image>", "its name; localhost/country-rollout-kit:<version> where absent")
    .option("--context <folder>", "only write the folder that any builder takes")
    .option("--json", "print JSON")
    .action(async (options: BuildOptions) => {
      if (options.context !== undefined) {
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
