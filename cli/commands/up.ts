/** `rollout up`: runs a country's stack, on this machine until Ctrl-C, or on a cluster by the engine. */

import { join, relative } from "node:path";
import { Command, InvalidArgumentError, Option } from "commander";
import { InputError } from "../../base/kit-error.ts";
import { packageRoot } from "../../base/package-root.ts";
import { loadCountry } from "../../localisation/load.ts";
import { targets } from "../../localisation/schema/hosting.ts";
import { type EngineOptions, runEngine, stateHelp, unlockHelp } from "../engine-command.ts";
import { type LocalUpOptions, localUp, type Steps } from "../local-up.ts";
import { environmentOption, loadOptions, openQuestions, targetOption } from "../localisation-file.ts";
import { printStep, StepList } from "../terminal.ts";

type UpOptions = LocalUpOptions & EngineOptions;

/** Options that only the stack on this machine has. */
const localOptions = [
  "data",
  "port",
  "mqttPort",
  "mqttsPort",
  "simulator",
  "companies",
  "rate",
  "speed",
  "newPasswords",
  "report",
  "open",
];
const engineOptions = ["state", "unlock", "yes", "deleteData"];

export function upCommand(): Command {
  return new Command("up")
    .description("run the stack: on this machine until Ctrl-C, or on the cluster that the file names")
    .argument("[file]", "localisation file", join(packageRoot, "countries", "za.yaml"))
    .addOption(environmentOption())
    .addOption(targetOption(targets))
    .option("--state <folder>", `cluster: ${stateHelp}`)
    .option("--unlock", `cluster: ${unlockHelp}`)
    .option("--yes", "cluster: do not ask for confirmation")
    .option("--delete-data", "cluster: allow changes that delete data")
    .option("--data <folder>", "folder in which stacks keep their data", ".rollout")
    .addOption(
      new Option("--port <number>", "port of the web app; 0 uses free ports for everything").argParser(port),
    )
    .addOption(
      new Option("--mqtt-port <number>", "port of MQTT without TLS; 0 uses a free one").argParser(port),
    )
    .addOption(
      new Option("--mqtts-port <number>", "port of MQTT over TLS; 0 uses a free one").argParser(port),
    )
    .option("--no-simulator", "do not simulate factories")
    .addOption(new Option("--companies <number>", "number of simulated companies").argParser(positive))
    .addOption(
      new Option("--rate <seconds>", "seconds between a simulated machine's readings").argParser(positive),
    )
    .addOption(
      new Option("--speed <factor>", "how fast simulated time catches up with the clock").argParser(positive),
    )
    .option("--new-passwords", "set new passwords for the stack's accounts")
    .option("--no-report", "do not write the compliance reports")
    .option("--no-open", "do not open the browser")
    .option("--json", "print one JSON value a line")
    .action(async (file: string, options: UpOptions, command: Command) => {
      const started = performance.now();
      const steps: Steps = options.json ? { run: printStep } : new StepList();
      const loaded = await steps.run("Localisation file", (tell) => {
        const result = loadCountry(file, loadOptions(options));
        tell(`${relative(process.cwd(), file)}, ${result.country.names.en ?? result.country.country}`);
        const open = openQuestions(result);
        if (open !== undefined) process.stderr.write(`${open}\n`);
        return result;
      });
      const { target } = loaded.country.hosting;
      refuseOptions(command, target, target === "local" ? engineOptions : localOptions);
      if (target === "local") await localUp(loaded, options, steps, started);
      else
        await runEngine(
          file,
          options,
          async (request, conversation) => {
            const { up } = await import("../../stacks/engine/up.ts");
            await up(request, conversation);
          },
          loaded,
        );
    });
}

/** An option without effect is refused. */
function refuseOptions(command: Command, target: string, names: readonly string[]): void {
  const given = names.filter((name) => command.getOptionValueSource(name) === "cli");
  const [option] = command.options.filter((each) => given.includes(each.attributeName()));
  if (option !== undefined)
    throw new InputError(
      `${option.long} has no effect with the target ${target}.`,
      "Leave it out, or choose another target by --target or --env.",
    );
}

function port(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 0 || value > 65535)
    throw new InvalidArgumentError("A port is a whole number from 0 to 65535.");
  return value;
}

function positive(text: string): number {
  const value = Number(text);
  if (!(value > 0) || !Number.isFinite(value)) throw new InvalidArgumentError("It must be a number above 0.");
  return value;
}
