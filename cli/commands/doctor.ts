/** `rollout doctor`: whether this machine, the cluster and the addresses that a file names are ready for its rollout. */

import { Command } from "commander";
import { exitCode } from "../../base/kit-error.ts";
import { kitVersion } from "../../base/package-root.ts";
import { clusterTargets } from "../../localisation/schema/hosting.ts";
import type { ExaminationResult, Examined } from "../../stacks/doctor/finding.ts";
import {
  type FileOptions,
  readCountry,
  requireClusterTarget,
  targetOption,
  withFile,
} from "../localisation-file.ts";
import { print, printEvent, printJson, style } from "../terminal.ts";

interface Options extends FileOptions {
  readonly fix?: boolean;
  readonly json?: boolean;
}

export function doctorCommand(): Command {
  return withFile(
    new Command("doctor").description(
      "check the tools, the cluster and the addresses that a rollout needs, and say how to fix what is wrong",
    ),
  )
    .addOption(targetOption(clusterTargets))
    .option("--fix", "install the Pulumi CLI and its plugins where they are missing")
    .option("--json", "print JSON")
    .action(async (file: string, options: Options) => {
      const loaded = readCountry(file, options);
      const target = requireClusterTarget(loaded, "needs nothing but Node.js");
      if (options.fix) {
        const { installTools } = await import("../../stacks/doctor/tools.ts");
        await installTools(target, process.env, (what) =>
          options.json ? printEvent({ event: "installing", what }) : print(`Installing: ${what}`),
        );
      }
      const { examine } = await import("../../stacks/doctor/doctor.ts");
      let area = "";
      const show = (examined: Examined) => {
        if (examined.area !== area) print(style("bold", examined.area));
        area = examined.area;
        print(line(examined));
      };
      const all = await examine(
        { loaded, target, version: kitVersion(), environment: process.env },
        options.json ? () => {} : show,
      );
      const count = (verdict: ExaminationResult) => all.filter((each) => each.verdict === verdict).length;
      const ready = count("failed") === 0;
      if (options.json) printJson({ ok: ready, examined: all });
      else
        print(
          `\n${ready ? style("green", "✓") : style("red", "✗")} ${count("ok")} fine, ${count("warning")} to look at, ${count("failed")} failed, ${count("skipped")} not checked.`,
        );
      process.exitCode = codeOf(all);
    });
}

/** What this machine is missing counts before what the cluster is missing. */
function codeOf(all: readonly Examined[]): number {
  const wrong = all.filter(({ verdict }) => verdict === "failed");
  if (wrong.length === 0) return exitCode.fine;
  const here = wrong.some(
    ({ area, title }) => area === "tools" || (area === "cluster" && title === "API server"),
  );
  return here ? exitCode.environmentLacking : exitCode.checkFailed;
}

const marks = {
  ok: ["green", "✓"],
  warning: ["yellow", "!"],
  failed: ["red", "✗"],
  skipped: ["dim", "–"],
} as const;

function line({ verdict, title, found, remediation }: Examined): string {
  const [colour, mark] = marks[verdict];
  const text = remediation === "" ? found : `${found.replace(/\.?$/, ".")} ${remediation}`;
  return `  ${style(colour, mark)} ${title.padEnd(34)} ${verdict === "ok" ? style("dim", text) : text}`;
}
