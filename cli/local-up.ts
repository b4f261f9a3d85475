/** Runs a country's stack on this machine until Ctrl-C. */
import { aborted } from "../base/aborted.ts";
import { CheckError, StoppedError } from "../base/kit-error.ts";
import { shortestPeriodDays } from "../base/period.ts";
import { stopOnSignals } from "../base/stop-on-signals.ts";
import type { LoadedCountry } from "../localisation/load.ts";
import { closedUmask } from "../stacks/local/close-folder.ts";
import type { WrittenReport } from "../stacks/local/compliance-writer.ts";
import { DataFolder } from "../stacks/local/data-folder.ts";
import type { LocalStack } from "../stacks/local/local-stack.ts";
import { restoreHint } from "../stores/damaged-store.ts";
import { duration, print, printEvent, style, table } from "./terminal.ts";

export interface LocalUpOptions {
  readonly data: string;
  readonly port?: number;
  readonly mqttPort?: number;
  readonly mqttsPort?: number;
  readonly simulator: boolean;
  readonly companies?: number;
  readonly rate?: number;
  readonly speed?: number;
  readonly newPasswords?: boolean;
  readonly report: boolean;
  readonly open: boolean;
  readonly json?: boolean;
}

/** Prints each step with its time. */
export interface Steps {
  run<T>(title: string, action: (tell: (detail: string) => void) => Promise<T> | T): Promise<T>;
}

/** @param started of `performance.now()`. */
export async function localUp(
  loaded: LoadedCountry,
  options: LocalUpOptions,
  steps: Steps,
  started: number,
): Promise<void> {
  const { country } = loaded;
  const folder = DataFolder.of(country, options.data);
  process.umask(closedUmask);
  folder.create();
  folder.requireSpace();
  // Imported here, so that no other command loads the stores and the broker.
  const [{ startLocalStack }, { openLog }, { explainFullDisk }] = await Promise.all([
    import("../stacks/local/local-stack.ts"),
    import("../stacks/local/log.ts"),
    import("../stacks/local/full-disk.ts"),
  ]);
  const keptMilliseconds = shortestPeriodDays(country.hosting.logs.retention) * 86_400_000;
  const log = openLog(folder.log, { keptMilliseconds });
  const ports = country.hosting.local.ports;
  const end = new AbortController();
  stopOnSignals(end);
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
    const reports = options.report ? writeReports(loaded, folder, options, end.signal) : undefined;
    if (options.open && !options.json && process.stdout.isTTY) await openPage(stack);
    await aborted(end.signal);
    const stopping = performance.now();
    const damage = await stack.damage();
    await stack.stop();
    await reports;
    // The reason comes first: a full disk, for example.
    if (damage !== undefined && end.signal.reason instanceof StoppedError) throw lostData(damage);
    if (options.json) printEvent({ event: "stopped" });
    else print(`Stopped in ${duration(performance.now() - stopping)}. Everything acknowledged is stored.`);
    end.signal.throwIfAborted();
  } catch (error) {
    if (!(error instanceof StoppedError)) throw explainFullDisk(error);
  }
}

function lostData(damage: string): CheckError {
  return new CheckError(
    `Stopped. The time-series store has lost data or is damaged: ${damage}.`,
    `${restoreHint}.`,
  );
}

/** Writes the reports while the stack runs; one that fails does not stop the stack. */
async function writeReports(
  loaded: LoadedCountry,
  folder: DataFolder,
  { data, json }: LocalUpOptions,
  signal: AbortSignal,
): Promise<void> {
  const { writeComplianceReports } = await import("../stacks/local/compliance-writer.ts");
  await writeComplianceReports({
    loaded,
    folder,
    data,
    signal,
    written: (report) => (json ? printEvent({ event: "report", ...report }) : print(reportLine(report))),
  });
}

function reportLine({ name, target, file, ok, failure }: WrittenReport): string {
  const what =
    name === "local" ? "Compliance report of this machine" : `Compliance report of the plan on ${target}`;
  if (file === undefined) return `${style("yellow", "!")} ${what} could not be written: ${failure}`;
  return `${ok ? style("green", "✓") : style("red", "✗")} ${what}: ${file}`;
}

function simulatorOptions({ companies, rate, speed }: LocalUpOptions) {
  return {
    ...(companies === undefined ? {} : { companies: Math.ceil(companies) }),
    ...(rate === undefined ? {} : { rate }),
    ...(speed === undefined ? {} : { speed }),
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
    print(`    open once   ${webAddress}${entryPath}`);
    print(
      `    or sign in  ${email}  ${password ?? style("dim", "with the password of the first start; --new-passwords sets a new one")}`,
    );
  }
  print();
  print("Ctrl-C stops it. The next start continues with all data.");
}

async function openPage(stack: LocalStack): Promise<void> {
  const [first] = stack.logins;
  try {
    const { default: open } = await import("open");
    await open(first === undefined ? stack.webAddress : `${stack.webAddress}${first.entryPath}`);
  } catch {
    // The machine has no browser: the address is printed above.
  }
}
