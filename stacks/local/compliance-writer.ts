/**
 * Writes the compliance reports of a stack that runs: of this machine, and of the stack that the file plans. In a process of
 * its own, after the start: planning takes seconds of a processor that the stack needs.
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
  /** Of its page; absent where it could not be written. */
  readonly file?: string;
  /** Whether its checks passed. */
  readonly ok?: boolean;
  /** Why it could not be written. */
  readonly failure?: string;
}

export interface ComplianceWriterOptions {
  readonly loaded: LoadedCountry;
  readonly folder: DataFolder;
  /** Folder below which stacks keep their data, as it was named. */
  readonly data: string;
  readonly signal: AbortSignal;
  /** Told of each report in turn. A report that fails never ends the stack. */
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

/** @throws Error with a reason in words. */
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
    // It ended already, or the system keeps no priorities.
  }
  try {
    return await answerOf(child);
  } finally {
    signal.removeEventListener("abort", stop);
  }
}

/** Its answer is one JSON value, of a failure too. */
function answerOf(child: ChildProcess): Promise<{ readonly ok: boolean }> {
  let said = "";
  let complained = "";
  child.stdout?.on("data", (chunk: Buffer) => {
    said += chunk;
  });
  child.stderr?.on("data", (chunk: Buffer) => {
    complained = (complained + chunk).slice(-2000);
  });
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => {
      try {
        const answer = JSON.parse(said) as { ok: boolean; folder?: string; error?: string };
        if (answer.folder !== undefined) resolve({ ok: answer.ok });
        else reject(new Error(answer.error ?? "the localisation file was changed and is wrong now"));
      } catch {
        reject(new Error(complained.trim() === "" ? `it ended with code ${code}` : complained.trim()));
      }
    });
  });
}
