/** `rollout evidence`: one archive for an auditor, which is verified without a network and also without the kit. */
import { Command } from "commander";
import { exitCode } from "../../base/kit-error.ts";
import { kitVersion, packageRoot } from "../../base/package-root.ts";
import type { Plan } from "../../plan/plan.ts";
import { withFile } from "../localisation-file.ts";
import {
  isSigned,
  type ReportOptions,
  signatureInWords,
  signedReport,
  withReportOptions,
} from "../report-making.ts";
import { print, printJson } from "../terminal.ts";

interface Options extends ReportOptions {
  readonly out?: string;
  readonly json?: boolean;
}

export function evidenceCommand(): Command {
  return withReportOptions(
    withFile(
      new Command("evidence").description(
        "write one archive for an auditor: report, plan, file, policies, bill of materials, signatures",
      ),
    ).option("--out <file>", "archive to write (default: a name with country, target and time, .tar.gz)"),
  )
    .option("--json", "print JSON")
    .action(writeArchive);
}

async function writeArchive(file: string, options: Options): Promise<void> {
  const [{ evidenceFiles, evidenceName }, { standingOf }, { writeEvidence }] = await Promise.all([
    import("../../compliance/evidence/contents.ts"),
    import("../../compliance/open-points.ts"),
    import("../evidence-archive.ts"),
  ]);
  const { report, plan, files, signer } = await signedReport(file, options, options.out ?? "evidence");
  const content = evidenceFiles({
    report,
    files,
    ...(plan !== undefined && { plan }),
    materials: await materialsOf(plan),
    signer,
  });
  const name = evidenceName(report);
  const archive = options.out ?? `${name}.tar.gz`;
  await writeEvidence(archive, name, content);
  const { verdict } = report;
  if (standingOf(report) === "wrong") process.exitCode = exitCode.checkFailed;
  if (options.json)
    return printJson({
      ok: standingOf(report) !== "wrong",
      archive,
      signed: isSigned(signer),
      files: [...content.keys()],
      verdict,
    });
  print(`${content.size} files in ${archive}; README.txt in it says how to verify them.`);
  print(signatureInWords(signer));
}

/** Of the kit as it is installed here, and of what the plan runs. */
async function materialsOf(plan: Plan | undefined): Promise<string> {
  const [{ billOfMaterials }, { installed, nodePackages }, { enginePrograms }, { stackImages }] =
    await Promise.all([
      import("../../delivery/bundle/materials.ts"),
      import("../../delivery/node-packages.ts"),
      import("../../delivery/bundle/engine-programs.ts"),
      import("../../delivery/images/list.ts"),
    ]);
  const { images, charts } = plan === undefined ? { images: [], charts: [] } : stackImages(plan);
  const providers = ["@pulumi/kubernetes", ...(plan?.target === "aws" ? ["@pulumi/aws"] : [])];
  return billOfMaterials({
    kit: kitVersion(),
    // A bundle may be without the engines of the local stack.
    packages: nodePackages(packageRoot, (name) => installed(name, packageRoot) === undefined),
    engine: plan === undefined ? [] : enginePrograms(providers),
    images,
    charts,
  });
}
