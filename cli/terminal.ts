/** How the commands print: colours and a moving line on a terminal, plain lines anywhere else, JSON where asked. */
import { styleText } from "node:util";

type Style = Parameters<typeof styleText>[0];

/** Honours NO_COLOR, FORCE_COLOR and what the stream is. */
export const style = (format: Style, text: string, stream: NodeJS.WriteStream = process.stdout) =>
  styleText(format, text, { stream, validateStream: true });

export function print(text = ""): void {
  process.stdout.write(`${text}\n`);
}

export function printJson(value: unknown): void {
  process.stdout.write(`${JSON.stringify(value, null, 2)}\n`);
}

/** One JSON value a line, for what happens while a command runs. */
export function printEvent(value: unknown): void {
  process.stdout.write(`${JSON.stringify(value)}\n`);
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

const titleWidth = 34;

/** A line for each step with its time; on a terminal the running step shows that it runs. */
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
