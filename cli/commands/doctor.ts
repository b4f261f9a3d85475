/** `rollout doctor`: whether this machine, the cluster and the places that a file names are fit for its rollout. */

import { Command, Option } from "commander";
import { exitCode, InputError } from "../../base/kit-error.ts";
import { kitVersion } from "../../base/package-root.ts";
import { formatProblem, loadCountry } from "../../localisation/load.ts";
import type { ExaminationResult, Examined } from "../../stacks/doctor/finding.ts";
import { engineTargets } from "../engine-command.ts";
import { loadOptions } from "../load-options.ts";
import { print, printEvent, printJson, style } from "../terminal.ts";

interface Options {
  readonly env?: string;
  readonly target?: string;
  readonly fix?: boolean;
  readonly json?: boolean;
}

export function doctorCommand(): Command {
  return new Command("doctor")
    .description(
      "look at the tools, the cluster and the places that a rollout needs, and say how to mend what is wrong",
    )
    .argument("<file>", "localisation file")
    .option("--env <name>", "environment of the file, such as production")
    .addOption(
      new Option("--target <target>", "this target of the file instead of hosting.target").choices(
        engineTargets,
      ),
    )
    .option("--fix", "install the Pulumi CLI and its plugins where they are missing")
    .option("--json", "print JSON")
    .action(async (file: string, options: Options) => {
      const loaded = loadCountry(file, loadOptions(options));
      for (const warning of loaded.warnings)
        process.stderr.write(`${formatProblem(warning)} ${style("yellow", "(warning)", process.stderr)}\n`);
      const target = engineTargets.find((known) => known === loaded.country.hosting.target);
      if (target === undefined)
        throw new InputError(
          `${file} has the target ${loaded.country.hosting.target}, which needs nothing but Node.js.`,
          `Name an environment that has a cluster by --env, or a target by --target (${engineTargets.join(", ")}).`,
        );
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
      const fit = count("failed") === 0;
      if (options.json) printJson({ ok: fit, examined: all });
      else
        print(
          `\n${fit ? style("green", "✓") : style("red", "✗")} ${count("ok")} fine, ${count("warning")} to look at, ${count("failed")} in the way, ${count("skipped")} not looked at.`,
        );
      process.exitCode = codeOf(all);
    });
}

/** What this machine lacks counts before what the cluster lacks. */
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
