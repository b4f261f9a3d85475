/** `rollout report keygen`: a key pair that signs reports. */
import { Command } from "commander";
import { print, printJson, style } from "../terminal.ts";
import { passphraseIn } from "./report-input.ts";

export function reportKeygenCommand(): Command {
  return new Command("keygen")
    .description("make a key pair (Ed25519) that signs reports")
    .argument("<file>", "file for the private key, such as signer.pem; the public key is written next to it")
    .option(
      "--passphrase-file <file>",
      "file whose first line is the passphrase that encrypts the private key",
    )
    .option("--json", "print JSON")
    .action(async (file: string, options: { passphraseFile?: string; json?: boolean }) => {
      const { makeKeyPair } = await import("../../compliance/signing/keys.ts");
      const passphrase = passphraseIn(options.passphraseFile);
      const pair = makeKeyPair(file, passphrase);
      if (options.json) return printJson({ ok: true, ...pair, locked: passphrase !== undefined });
      print(`private  ${pair.privateFile}  keep it secret, with a copy in a safe`);
      print(`public   ${pair.publicFile}  give it to auditors`);
      print(`SHA-256  ${pair.fingerprint}`);
      if (passphrase === undefined)
        print(style("yellow", "The private key is not encrypted: anyone who can read the file can sign."));
    });
}
