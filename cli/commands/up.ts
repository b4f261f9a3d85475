/** `rollout up`: stands up a country's stack on this machine and keeps it running until Ctrl-C. */
import { join, relative } from "node:path";
import { Command, InvalidArgumentError, Option } from "commander";
import { loadCountry } from "../../localisation/load.ts";
import { packageRoot } from "../../localisation/package-root.ts";
import { DataFolder } from "../../stacks/local/data-folder.ts";
import type { LocalStack } from "../../stacks/local/local-stack.ts";
import { InputError } from "../failure.ts";
import { duration, print, printEvent, StepList, style, table } from "../terminal.ts";

interface UpOptions {
  readonly env?: string;
  readonly data: string;
  readonly port?: number;
  readonly mqttPort?: number;
  readonly mqttsPort?: number;
  readonly simulator: boolean;
  readonly companies?: number;
  readonly rate?: number;
  readonly speed?: number;
  readonly newPasswords?: boolean;
  readonly open: boolean;
  readonly json?: boolean;
}

export function upCommand(): Command {
  return new Command("up")
    .description("stand the stack up on this machine, until Ctrl-C")
    .argument("[file]", "localisation file", join(packageRoot, "countries", "za.yaml"))
    .option("--env <name>", "environment of the file, such as pilot")
    .option("--data <folder>", "folder below which the stack keeps its data", ".rollout")
    .addOption(
      new Option("--port <number>", "port of the web app; 0 takes free ports for all").argParser(port),
    )
    .addOption(
      new Option("--mqtt-port <number>", "port of MQTT without TLS; 0 takes a free one").argParser(port),
    )
    .addOption(
      new Option("--mqtts-port <number>", "port of MQTT over TLS; 0 takes a free one").argParser(port),
    )
    .option("--no-simulator", "leave the simulated factories out")
    .addOption(new Option("--companies <number>", "simulated companies").argParser(positive))
    .addOption(
      new Option("--rate <seconds>", "seconds between a simulated machine's readings").argParser(positive),
    )
    .addOption(
      new Option("--speed <factor>", "how fast simulated time catches up with the clock").argParser(positive),
    )
    .option("--new-passwords", "give the accounts of this stack new passwords")
    .option("--no-open", "do not open the browser")
    .option("--json", "print one JSON value a line")
    .action(async (file: string, options: UpOptions) => {
      const started = performance.now();
      const steps = options.json ? jsonSteps() : new StepList();
      const loaded = await steps.run("Localisation file", (tell) => {
        const result = loadCountry(file, options.env === undefined ? {} : { environment: options.env });
        tell(`${relative(process.cwd(), file)}, ${result.country.names.en ?? result.country.country}`);
        return result;
      });
      const { country } = loaded;
      if (country.hosting.target !== "local")
        throw new InputError(
          `${file} has the target ${country.hosting.target}, which \`rollout up\` cannot stand up yet.`,
          "Use `hosting.target: local`, or an environment of the file that has it, by --env.",
        );
      const folder = DataFolder.of(country, options.data);
      folder.create();
      // Only here, so that no other command loads the stores and the broker.
      const [{ startLocalStack }, { openLog }, { asEnvironmentError }] = await Promise.all([
        import("../../stacks/local/local-stack.ts"),
        import("../../stacks/local/log.ts"),
        import("../../stacks/local/explain-error.ts"),
      ]);
      const log = openLog(folder.log);
      const ports = country.hosting.local.ports;
      const end = new AbortController();
      endOnSignals(end);
      try {
        const stack = await startLocalStack({
          loaded,
          folder,
          ports: {
            http: options.port ?? ports.http,
            mqtt: options.mqttPort ?? (options.port === 0 ? 0 : ports.mqtt),
            mqtts: options.mqttsPort ?? (options.port === 0 ? 0 : ports.mqtts),
          },
          ...(options.simulator ? { simulator: simulatorOptions(options) } : {}),
          renewLogins: options.newPasswords === true,
          log,
          step: (title, start) => steps.run(title, start),
          end,
        });
        if (options.json) printEvent({ event: "ready", ...summary(stack) });
        else welcome(stack, performance.now() - started);
        if (options.open && !options.json && process.stdout.isTTY) await openPage(stack);
        await aborted(end.signal);
        const stopping = performance.now();
        await stack.stop();
        if (options.json) printEvent({ event: "stopped" });
        else
          print(`Stopped in ${duration(performance.now() - stopping)}. Everything acknowledged is stored.`);
        end.signal.throwIfAborted();
      } catch (error) {
        if (!(error instanceof Interruption)) throw asEnvironmentError(error);
      }
    });
}

/** Ctrl-C or SIGTERM. */
class Interruption extends Error {
  override readonly name = "Interruption";
}

/** A second Ctrl-C ends the process at once. */
function endOnSignals(end: AbortController): void {
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.once(signal, () => {
      if (end.signal.aborted) process.exit(130);
      end.abort(new Interruption(signal));
      process.once(signal, () => process.exit(130));
    });
  }
}

function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
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

function simulatorOptions({ companies, rate, speed }: UpOptions) {
  return {
    ...(companies === undefined ? {} : { companies: Math.ceil(companies) }),
    ...(rate === undefined ? {} : { rate }),
    ...(speed === undefined ? {} : { speed }),
  };
}

function jsonSteps() {
  return {
    run: async <T>(title: string, action: (tell: (detail: string) => void) => Promise<T> | T): Promise<T> => {
      const started = performance.now();
      let detail = "";
      const result = await action((told) => {
        detail = told;
      });
      printEvent({ event: "step", title, milliseconds: Math.round(performance.now() - started), detail });
      return result;
    },
  };
}

function summary(stack: LocalStack) {
  const { webAddress, mqttAddress, mqttsAddress, certificateAuthorityFile } = stack;
  const logins = stack.logins.map(({ entryPath, ...login }) => ({
    ...login,
    enter: `${webAddress}${entryPath}`,
  }));
  return { webAddress, mqttAddress, mqttsAddress, certificateAuthorityFile, logins };
}

function welcome(stack: LocalStack, milliseconds: number): void {
  const { webAddress, mqttsAddress, mqttAddress, certificateAuthorityFile } = stack;
  print();
  print(style("bold", `The stack runs (started in ${duration(milliseconds)}).`));
  print();
  print(
    table([
      ["  web app", webAddress],
      ["  MQTT over TLS", `${mqttsAddress}   CA: ${certificateAuthorityFile}`],
      ["  MQTT", mqttAddress],
    ]),
  );
  for (const { name, email, password, entryPath } of stack.logins) {
    print();
    print(`  ${style("bold", name)}`);
    print(`    enter once  ${webAddress}${entryPath}`);
    print(
      `    or sign in  ${email}  ${password ?? style("dim", "password of the first start; --new-passwords makes a new one")}`,
    );
  }
  print();
  print("Ctrl-C stops it; the next start goes on with all data.");
}

async function openPage(stack: LocalStack): Promise<void> {
  const [first] = stack.logins;
  try {
    const { default: open } = await import("open");
    await open(first === undefined ? stack.webAddress : `${stack.webAddress}${first.entryPath}`);
  } catch {
    // A machine without a browser: the address stands above.
  }
}
