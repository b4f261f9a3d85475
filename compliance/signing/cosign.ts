/** Signs and verifies a statement with cosign, if the machine has it: for teams with keys in a KMS or a token. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { InputError } from "../../base/kit-error.ts";

/**
 * The bundle that cosign makes of the statement, with a key of the team. Nothing is sent to a public log.
 * @param key reference of a key for cosign: a file, `awskms://…`, `hashivault://…`, `pkcs11:…`.
 * @throws InputError
 */
export function cosignBundle(statement: Buffer, key: string): Buffer {
  return inFolder({ statement }, ({ statement: file, bundle }) => {
    run(["sign-blob", "--yes", "--tlog-upload=false", "--key", key, "--bundle", bundle, file]);
    return readFileSync(bundle);
  });
}

/** @throws InputError where the key did not make the signature. */
export function verifyByCosign(bundle: Buffer, statement: Buffer, key: string): void {
  inFolder({ bundle, statement }, (files) => {
    const { statement: file, bundle: signature } = files;
    run(["verify-blob", "--insecure-ignore-tlog=true", "--key", key, "--bundle", signature, file]);
  });
}

type Name = "bundle" | "statement";

/** cosign only reads and writes files. */
function inFolder<T>(
  contents: Readonly<Partial<Record<Name, Buffer>>>,
  action: (files: Readonly<Record<Name, string>>) => T,
): T {
  const folder = mkdtempSync(join(tmpdir(), "rollout-cosign-"));
  const files = { bundle: join(folder, "bundle.json"), statement: join(folder, "statement.json") };
  try {
    for (const name of Object.keys(contents) as Name[]) writeFileSync(files[name], contents[name] ?? "");
    return action(files);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function run(parameters: readonly string[]): void {
  // cosign asks for a passphrase on the terminal.
  const { status, error, stderr } = spawnSync("cosign", parameters, {
    stdio: ["inherit", "ignore", "pipe"],
    encoding: "utf8",
  });
  if ((error as NodeJS.ErrnoException | undefined)?.code === "ENOENT")
    throw new InputError("cosign is not on PATH.", "Install it, or sign with a key of the kit: --sign-key.");
  if (status !== 0) {
    const said =
      (stderr ?? "")
        .trim()
        .split("\n")
        .filter((line) => !line.startsWith("WARNING"))
        .at(-1) ?? "";
    throw new InputError(
      `cosign ${parameters[0]} failed: ${said.slice(0, 300)}`,
      "Check the key and cosign's version.",
    );
  }
}
