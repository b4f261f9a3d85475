/**
 * A stack of nothing but values in the state: the engine works on it as on every other, without a cluster. Run by itself it stands one
 * up and waits before its last value: `node small-stack.ts <folder of the state> <passphrase> <file to wait for>`.
 */
import { existsSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";
import { pathToFileURL } from "node:url";
import { Stash } from "@pulumi/pulumi";
import { CountryStack, type CountryStackOptions } from "../../stacks/engine/country-stack.ts";
import { findEngine } from "../../stacks/engine/engine-cli.ts";

export const smallStackName = "zz-small";

export async function smallStack(
  folder: string,
  program: CountryStackOptions["program"],
): Promise<CountryStack> {
  return new CountryStack({
    name: smallStackName,
    program,
    engine: await findEngine(process.env),
    place: { kind: "file", folder, url: pathToFileURL(folder).href, secretsProvider: "passphrase" },
  });
}

export const values = (all: Readonly<Record<string, string>>) => () => {
  for (const [name, input] of Object.entries(all)) new Stash(name, { input });
  return all;
};

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const [, , folder = "", passphrase = "", file = ""] = process.argv;
  const stack = await smallStack(folder, async () => {
    new Stash("first", { input: "1" });
    while (!existsSync(file)) await pause(100);
    new Stash("last", { input: "2" });
    return {};
  });
  await stack.open(await stack.exists(), passphrase);
  await stack.up({
    onEvent: ({ resOutputsEvent }) => {
      if (resOutputsEvent) process.stdout.write(`${resOutputsEvent.metadata.urn.split("::").at(-1)}\n`);
    },
  });
}
