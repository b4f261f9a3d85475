/** `rollout export`: the stack as plain manifests, a Kustomize base or a Helm chart. */

import { Command, Option } from "commander";
import { kitVersion } from "../../base/package-root.ts";
import { type FileOptions, readCountry, withFile } from "../localisation-file.ts";
import { print, printJson, style } from "../terminal.ts";

const formats = ["manifests", "kustomize", "helm"] as const;

interface Options extends FileOptions {
  readonly format: (typeof formats)[number];
  readonly out?: string;
  readonly json?: boolean;
}

export function exportCommand(): Command {
  return withFile(
    new Command("export").description(
      "write a country's stack as manifests, a Kustomize base or a Helm chart",
    ),
  )
    .addOption(new Option("--format <format>", "what to write").choices(formats).default("helm"))
    .option(
      "--out <folder>",
      "folder to write (default: ./<release>-<format>); a chart takes the values of several countries",
    )
    .option("--json", "print JSON")
    .action(async (file: string, options: Options) => {
      const loaded = readCountry(file, { ...options, target: "kubernetes" });
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
        print(`${style("green", "✓")} ${folder}: ${written.length} files. None of them holds a secret.`);
        print(
          `Run in this folder, with kubectl connected to the cluster:\n${next.map((line) => `  ${line}`).join("\n")}`,
        );
      }
    });
}
