/** How the commands print and ask: colours and a moving line on a terminal, plain lines elsewhere, JSON with --json. */
import { createInterface } from "node:readline/promises";
import { Writable } from "node:stream";
import { styleText } from "node:util";

type Style = Parameters<typeof styleText>[0];

/** Follows NO_COLOR and FORCE_COLOR, and leaves colours out where the stream is no terminal. */
export const style = (format: Style, text: string, stream: NodeJS.WriteStream = process.stdout) =>
  styleText(format, text, { stream, validateStream: true });

export function print(text = ""): void {
  process.stdout.write(`${text}\n`);
}

export function printJson(value: unknown): void {
  process.stdout.write(`${JSON.stringify(value, null, 2)}\n`);
}

/** One JSON value per line, for events while a command runs. */
export function printEvent(value: unknown): void {
  process.stdout.write(`${JSON.stringify(value)}\n`);
}

/** To the standard error, so that a plan as JSON stays one value. */
export function warnOfLosses(
  losses: readonly { readonly what: string; readonly remediation: string }[],
): void {
  for (const { what, remediation } of losses)
    process.stderr.write(
      `${style("yellow", `! \`rollout up\` refuses this for the stack that the state records: ${what}`, process.stderr)} ${remediation}\n`,
    );
}

/** Runs a step, and prints it as an event with its time and the last detail that it told. */
export async function printStep<T>(
  title: string,
  action: (tell: (detail: string) => void) => Promise<T> | T,
): Promise<T> {
  const started = performance.now();
  let detail = "";
  const result = await action((told) => {
    detail = told;
  });
  printEvent({ event: "step", title, milliseconds: Math.round(performance.now() - started), detail });
  return result;
}

/** Left-aligned columns, two spaces apart. */
export function table(rows: readonly (readonly string[])[]): string {
  const widths: number[] = [];
  for (const row of rows)
    for (const [column, cell] of row.entries()) widths[column] = Math.max(widths[column] ?? 0, cell.length);
  return rows
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}

export function duration(milliseconds: number): string {
  return milliseconds < 1000 ? `${Math.round(milliseconds)} ms` : `${(milliseconds / 1000).toFixed(1)} s`;
}

export const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(bytes < 1e7 ? 1 : 0)} MB`;

export async function ask(question: string): Promise<string> {
  return answerOf(question, { output: process.stdout });
}

export async function askYesNo(question: string): Promise<boolean> {
  return /^y(es)?$/i.test((await ask(`${question} (yes/no) `)).trim());
}

/** What is typed is not shown. */
export async function askSecret(question: string): Promise<string> {
  process.stdout.write(question);
  const output = new Writable({ write: (_chunk, _encoding, done) => done() });
  return answerOf("", { output, terminal: true }).finally(() => print());
}

async function answerOf(
  question: string,
  options: { readonly output: Writable; readonly terminal?: boolean },
): Promise<string> {
  const lines = createInterface({ input: process.stdin, ...options });
  try {
    return await lines.question(question);
  } finally {
    lines.close();
  }
}

const titleWidth = 34;

/** Prints a line for each step with its time; on a terminal the running step has a moving sign. */
export class StepList {
  readonly #live = process.stdout.isTTY === true;
  #timer: NodeJS.Timeout | undefined;

  async run<T>(title: string, action: (tell: (detail: string) => void) => Promise<T> | T): Promise<T> {
    const started = performance.now();
    let detail = "";
    this.#spin(title, () => detail);
    try {
      const result = await action((told) => {
        detail = told;
      });
      this.#line(style("green", "✓"), title, detail, started);
      return result;
    } catch (error) {
      this.#line(style("red", "✗"), title, "", started);
      throw error;
    }
  }

  #spin(title: string, detail: () => string): void {
    if (!this.#live) return;
    const frames = ["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"];
    let frame = 0;
    this.#timer = setInterval(() => {
      frame = (frame + 1) % frames.length;
      const text = `${frames[frame]} ${title.padEnd(titleWidth)}         ${detail()}`;
      process.stdout.write(`\r\u001b[K${text.slice(0, (process.stdout.columns ?? 80) - 1)}`);
    }, 80);
  }

  #line(mark: string, title: string, detail: string, started: number): void {
    clearInterval(this.#timer);
    if (this.#live) process.stdout.write("\r\u001b[K");
    const time = duration(performance.now() - started).padStart(7);
    print(`${mark} ${title.padEnd(titleWidth)} ${style("dim", time)}  ${style("dim", detail)}`.trimEnd());
  }
}
