/** `rollout export`: the stack as plain manifests, a Kustomize base or a Helm chart. */

import { Command, Option } from "commander";
import { kitVersion } from "../../base/package-root.ts";
import { formatProblem, loadCountry } from "../../localisation/load.ts";
import { loadOptions } from "../load-options.ts";
import { print, printJson, style } from "../terminal.ts";

const formats = ["manifests", "kustomize", "helm"] as const;

interface Options {
  readonly format: (typeof formats)[number];
  readonly out?: string;
  readonly env?: string;
  readonly json?: boolean;
}

export function exportCommand(): Command {
  return new Command("export")
    .description("write a country's stack as manifests, a Kustomize base or a Helm chart")
    .argument("<file>", "localisation file")
    .addOption(new Option("--format <format>", "what to write").choices(formats).default("helm"))
    .option(
      "--out <folder>",
      "where to; ./<release>-<format> where absent. A chart takes in one country after the other",
    )
    .option("--env <name>", "environment of the file, such as production")
    .option("--json", "print JSON")
    .action(async (file: string, options: Options) => {
      const loaded = loadCountry(file, loadOptions({ ...options, target: "kubernetes" }));
      for (const warning of loaded.warnings)
        process.stderr.write(`${formatProblem(warning)} ${style("yellow", "(warning)", process.stderr)}\n`);
      const { applyCommands, exportStack } = await import("../../delivery/export/export.ts");
      const { releaseName } = await import("../../delivery/export/chart-texts.ts");
      const { writeExport } = await import("../../delivery/export/export-folder.ts");
      const { format } = options;
      const { country, environment } = loaded;
      const release = releaseName({ country: country.country, environment: environment ?? null });
      const folder = options.out ?? `${release}-${format}`;
      const files = await exportStack(loaded, format, kitVersion());
      const written = writeExport(folder, files);
      const next = applyCommands(format, files, release, country.hosting.kubernetes?.namespace ?? "");
      if (options.json) printJson({ ok: true, format, folder, files: written, next });
      else {
        print(`${style("green", "✓")} ${folder}: ${written.length} files. No secret is among them.`);
        print(`In this folder, with kubectl at the cluster:\n${next.map((line) => `  ${line}`).join("\n")}`);
      }
    });
}
