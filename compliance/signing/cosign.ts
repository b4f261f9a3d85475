/** Signs and verifies a statement by cosign, where the machine has it: for teams whose keys lie in a KMS or a token. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ReportError } from "../report-error.ts";

/**
 * The bundle that cosign makes of the statement, by its own key: nothing is sent to a public log.
 * @param key cosign's reference of a key: a file, `awskms://…`, `hashivault://…`, `pkcs11:…`.
 * @throws ReportError
 */
export function signByCosign(bundle: string, statement: Buffer, key: string): void {
  withStatement(statement, (file) =>
    run(["sign-blob", "--yes", "--tlog-upload=false", "--key", key, "--bundle", bundle, file]),
  );
}

/** @throws ReportError where the signature is not by the key. */
export function verifyByCosign(bundle: string, statement: Buffer, key: string): void {
  withStatement(statement, (file) =>
    run(["verify-blob", "--insecure-ignore-tlog=true", "--key", key, "--bundle", bundle, file]),
  );
}

function withStatement(statement: Buffer, action: (file: string) => void): void {
  const folder = mkdtempSync(join(tmpdir(), "rollout-cosign-"));
  try {
    const file = join(folder, "statement.json");
    writeFileSync(file, statement);
    action(file);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function run(parameters: readonly string[]): void {
  // Its questions for a passphrase reach the terminal.
  const { status, error, stderr } = spawnSync("cosign", parameters, {
    stdio: ["inherit", "ignore", "pipe"],
    encoding: "utf8",
  });
  if ((error as NodeJS.ErrnoException | undefined)?.code === "ENOENT")
    throw new ReportError("cosign is not on PATH.", "Install it, or sign with a key of the kit: --sign-key.");
  if (status !== 0) {
    const said =
      (stderr ?? "")
        .trim()
        .split("\n")
        .filter((line) => !line.startsWith("WARNING"))
        .at(-1) ?? "";
    throw new ReportError(
      `cosign ${parameters[0]} failed: ${said.slice(0, 300)}`,
      "Check the key and cosign's version.",
    );
  }
}
