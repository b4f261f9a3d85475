/**
 * Writes the compliance reports of a running stack: on this machine, and on the stack that the file plans. It uses a separate
 * process after the start, because planning takes seconds of processor time that the stack needs.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { mkdirSync } from "node:fs";
import { setPriority } from "node:os";
import { join } from "node:path";
import { packageRoot } from "../../base/package-root.ts";
import type { LoadedCountry } from "../../localisation/load.ts";
import type { DataFolder } from "./data-folder.ts";

export interface WrittenReport {
  readonly name: "local" | "planned";
  readonly target: string;
  /** Its page; absent where it could not be written. */
  readonly file?: string;
  /** Whether its checks passed. */
  readonly ok?: boolean;
  /** Why it could not be written. */
  readonly failure?: string;
}

export interface ComplianceWriterOptions {
  readonly loaded: LoadedCountry;
  readonly folder: DataFolder;
  /** Folder in which stacks keep their data, as the user gave it. */
  readonly data: string;
  readonly signal: AbortSignal;
  /** Gets each report. A report that fails does not stop the stack. */
  readonly written: (report: WrittenReport) => void;
}

const belowTheStack = 10;

export async function writeComplianceReports(options: ComplianceWriterOptions): Promise<void> {
  const { loaded, folder, signal, written } = options;
  for (const [name, target] of reportsOf(loaded)) {
    if (signal.aborted) return;
    const out = join(folder.compliance, name);
    const result = await writeOne(options, target, out).catch((error: Error) => ({ failure: error.message }));
    if (signal.aborted) return;
    written({
      name,
      target,
      ...("failure" in result ? result : { file: join(out, "report.html"), ...result }),
    });
  }
}

function reportsOf({ country }: LoadedCountry): (readonly ["local" | "planned", string])[] {
  const planned =
    country.hosting.kubernetes !== undefined
      ? "kubernetes"
      : country.hosting.aws !== undefined
        ? "aws"
        : undefined;
  return [["local", "local"], ...(planned === undefined ? [] : ([["planned", planned]] as const))];
}

/** @throws Error with the reason. */
async function writeOne(
  { loaded, folder, data, signal }: ComplianceWriterOptions,
  target: string,
  out: string,
): Promise<{ readonly ok: boolean }> {
  mkdirSync(folder.compliance, { recursive: true, mode: 0o700 });
  const environment = loaded.environment === undefined ? [] : ["--env", loaded.environment];
  const child = spawn(
    process.execPath,
    [
      join(packageRoot, "cli", "bin.mjs"),
      "report",
      loaded.file,
      ...environment,
      ...["--target", target, "--out", out, "--data", data, "--replace", "--json"],
    ],
    { stdio: ["ignore", "pipe", "pipe"] },
  );
  const stop = () => child.kill();
  signal.addEventListener("abort", stop, { once: true });
  try {
    if (child.pid !== undefined) setPriority(child.pid, belowTheStack);
  } catch {
    // It has ended already, or the system has no priorities.
  }
  try {
    return await answerOf(child);
  } finally {
    signal.removeEventListener("abort", stop);
  }
}

/** Its answer is one JSON value, also when it fails. */
function answerOf(child: ChildProcess): Promise<{ readonly ok: boolean }> {
  let output = "";
  let errors = "";
  child.stdout?.on("data", (chunk: Buffer) => {
    output += chunk;
  });
  child.stderr?.on("data", (chunk: Buffer) => {
    errors = (errors + chunk).slice(-2000);
  });
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => {
      try {
        const answer = JSON.parse(output) as { ok: boolean; folder?: string; error?: string };
        if (answer.folder !== undefined) resolve({ ok: answer.ok });
        else reject(new Error(answer.error ?? "the localisation file was changed and is wrong now"));
      } catch {
        reject(new Error(errors.trim() === "" ? `it ended with code ${code}` : errors.trim()));
      }
    });
  });
}
