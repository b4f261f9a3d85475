/** `rollout erase`: erases a company or a person for good, and lists what was erased. */
import { existsSync, readdirSync } from "node:fs";
import { userInfo } from "node:os";
import { join } from "node:path";
import { Command } from "commander";
import type { ReachedErasures, ToErase } from "../../apps/erasure/erasures.ts";
import { exitCode, InputError } from "../../base/kit-error.ts";
import { type LoadedCountry, loadCountry } from "../../localisation/load.ts";
import { stackNamespace } from "../../stacks/kubernetes/stack.ts";
import { DataFolder } from "../../stacks/local/data-folder.ts";
import type { ErasureKind, ErasureRecord } from "../../stores/relational/erasures.ts";
import { environmentOption, type FileOptions, loadOptions } from "../localisation-file.ts";
import { askYesNo, print, printJson, StepList, style, table } from "../terminal.ts";

interface PlaceOptions extends FileOptions {
  readonly data: string;
  readonly connections: string;
  readonly localisation: string;
  readonly json?: boolean;
}
interface EraseOptions extends PlaceOptions {
  readonly by?: string;
  readonly yes?: boolean;
}

export function eraseCommand(): Command {
  const erase = withPlace(
    new Command("erase")
      .description("erase a company or a person for good, or list what was erased")
      .enablePositionalOptions(),
  )
    .argument("[file]", "localisation file, where no stack of it runs")
    .option("--list", "list the erasures: what, when, by whose order, how many rows")
    .addHelpText(
      "after",
      "\nOn a cluster, in a pod of the web app: kubectl -n <namespace> exec -it deployment/diagnostic -- rollout erase company <id>",
    )
    .action(async (file: string | undefined, options: PlaceOptions & { list?: boolean }) => {
      if (!options.list)
        throw new InputError(
          "It is not said what to erase.",
          "`rollout erase company <id or name>`, `rollout erase person <e-mail address>`, or `rollout erase --list`.",
        );
      await list(file, options);
    });
  return erase
    .addCommand(
      eraseOne("company", "<id or name>", "the company with all its machines, readings, answers and people"),
    )
    .addCommand(eraseOne("person", "<e-mail address>", "the account with its sessions and links"));
}

function eraseOne(kind: ErasureKind, argument: string, what: string): Command {
  return withPlace(new Command(kind).description(`erase ${what}; asks before`))
    .argument(argument)
    .argument("[file]", "localisation file, where no stack of it runs")
    .option("--by <who>", "who decided it, for the record (default: the user of this machine)")
    .option("--yes", "do not ask for confirmation")
    .action(async (name: string, file: string | undefined, options: EraseOptions) => {
      if (options.json && !options.yes)
        throw new InputError("With --json there is nobody to ask.", "Add --yes.");
      if (!options.yes && !process.stdin.isTTY)
        throw new InputError("There is no terminal to ask at.", "Add --yes.");
      const reached = await reach(file, options);
      try {
        await eraseWith(reached, kind, name, options);
      } finally {
        await reached.close();
      }
    });
}

const withPlace = (command: Command): Command =>
  command
    .addOption(environmentOption())
    .option("--data <folder>", "local: folder in which stacks keep their data", ".rollout")
    .option("--connections <folder>", "in a pod: folder of connections.json", "/etc/rollout/connections")
    .option("--localisation <folder>", "in a pod: folder of country.json", "/etc/rollout/localisation")
    .option("--json", "print JSON");

async function eraseWith(
  erasures: ReachedErasures,
  kind: ErasureKind,
  name: string,
  { by, yes, json }: EraseOptions,
): Promise<void> {
  const { toErase, copies } = await erasures.describe(kind, name);
  if (!json) describe(toErase, copies);
  if (!yes && !(await askYesNo("Erase it? Nobody can bring it back."))) {
    print("Nothing was erased.");
    process.exitCode = exitCode.checkFailed;
    return;
  }
  const orderedBy = by ?? userOfMachine();
  if (json) return printJson({ ...(await erasures.erase(toErase, orderedBy)), copies });
  const record = await new StepList().run(`Erase ${kind}`, () => erasures.erase(toErase, orderedBy));
  print(`Erased: ${rowsOf(record.removed)}. The record is ${record.id}; \`rollout erase --list\` shows it.`);
}

function describe(toErase: ToErase, copies: readonly string[]): void {
  if (toErase.kind === "company")
    print(`The company ${style("bold", toErase.name)} (${toErase.id}), in both stores:`);
  else print(`The person ${style("bold", toErase.email)}${companyOf(toErase)}:`);
  print(table(Object.entries(toErase.rows).map(([name, rows]) => [`  ${name}`, String(rows)])));
  if (toErase.kind === "person" && toErase.newOwner !== undefined)
    print(`${toErase.newOwner} becomes the company's owner.`);
  if (toErase.kind === "person" && toErase.isLastOfCompany)
    print("The company stays, and nobody can enter it: `rollout erase company` erases it too.");
  for (const sentence of copies) print(sentence);
}

const companyOf = ({ company }: Extract<ToErase, { kind: "person" }>) =>
  company === undefined ? " of the ministry" : ` of ${company.name} (${company.id})`;

async function list(file: string | undefined, options: PlaceOptions): Promise<void> {
  const records = await recordsOf(file, options);
  if (options.json) return printJson({ erasures: records.map(shown) });
  if (records.length === 0) return print("Nothing was erased.");
  print(
    table([
      ["ordered", "what", "by", "ended", "rows", "record"],
      ...records.map((record) => [
        record.orderedAt.toISOString(),
        record.kind,
        record.orderedBy,
        record.finishedAt?.toISOString() ?? "goes on",
        rowsOf(record.removed),
        record.id,
      ]),
    ]),
  );
}

const shown = ({ salt, subjectHash, ...record }: ErasureRecord) => ({
  ...record,
  subject: `sha256:${salt}:${subjectHash}`,
});

const rowsOf = (removed: ErasureRecord["removed"]): string =>
  Object.entries(removed)
    .map(([name, rows]) => `${name} ${rows}`)
    .join(", ") || "no rows";

/** The records of a stopped stack are in its folder: its stores stay closed. */
async function recordsOf(file: string | undefined, options: PlaceOptions): Promise<readonly ErasureRecord[]> {
  if (file !== undefined && !isPod(file, options)) {
    const folder = DataFolder.of(localStack(file, options).country, options.data);
    const { recordsInFolder } = await import("../../stacks/local/erasure/local-erasures.ts");
    if (folder.readRunning() === undefined) return recordsInFolder(folder);
  }
  const reached = await reach(file, options);
  try {
    return await reached.list();
  } finally {
    await reached.close();
  }
}

/** Only here, so that no other command loads the stores. */
async function reach(file: string | undefined, options: PlaceOptions): Promise<ReachedErasures> {
  if (isPod(file, options)) {
    const { podErasures } = await import("../../apps/erasure/pod-erasures.ts");
    return podErasures(options);
  }
  const { reachErasures } = await import("../../stacks/local/erasure/local-erasures.ts");
  if (file === undefined) return reachErasures(runningFolder(options.data), undefined);
  const loaded = localStack(file, options);
  return reachErasures(DataFolder.of(loaded.country, options.data), loaded);
}

const isPod = (file: string | undefined, { connections }: PlaceOptions): boolean =>
  file === undefined && existsSync(join(connections, "connections.json"));

/** @throws InputError where the file's stack runs on a cluster. */
function localStack(file: string, options: FileOptions): LoadedCountry {
  const loaded = loadCountry(file, loadOptions(options));
  const { country } = loaded;
  if (country.hosting.target === "local") return loaded;
  throw new InputError(
    "The file's stack runs on a cluster, where a pod of the web app erases.",
    `kubectl -n ${stackNamespace(country.hosting)} exec -it deployment/diagnostic -- rollout erase …`,
  );
}

/** @throws InputError where not one stack runs. */
function runningFolder(data: string): DataFolder {
  const folders = existsSync(data) ? readdirSync(data).map((name) => new DataFolder(join(data, name))) : [];
  const [first, ...others] = folders.filter((folder) => folder.readRunning() !== undefined);
  if (first !== undefined && others.length === 0) return first;
  throw new InputError(
    first === undefined ? `No stack runs in ${data}.` : `Several stacks run in ${data}.`,
    "Give the localisation file after the company or person.",
  );
}

function userOfMachine(): string {
  try {
    return userInfo().username;
  } catch {
    // A pod's user has no name.
    return "not said";
  }
}
