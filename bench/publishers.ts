/** Publishers in separate processes, which share a stack's machines. */
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import type { Published, Publishing } from "./publisher-process.ts";
import { messageOf } from "./stack.ts";

const processes = 2;

/** Of all of them together. */
export interface PublishedUntil extends Published {
  /** Milliseconds, as `performance.now` has them. */
  readonly at: number;
}

export class Publishers {
  readonly #children: readonly ChildProcess[];

  /** @param machines how many; each has `window` messages in flight. */
  constructor(stack: Publishing["stack"], machines: number, window: number) {
    this.#children = Array.from({ length: processes }, (_, part) => {
      const child = fork(new URL("./publisher-process.ts", import.meta.url), { execArgv: [] });
      const own = Array.from({ length: machines }, (_, index) => index).filter(
        (index) => index % processes === part,
      );
      child.send({ stack, machines: own, window } satisfies Publishing);
      return child;
    });
  }

  /** `end` lets them publish nothing more. */
  async ask(what: "report" | "end"): Promise<PublishedUntil> {
    const reports = await Promise.all(
      this.#children.map((child) => {
        const report = messageOf<Published>(child);
        child.send(what);
        return report;
      }),
    );
    const sum = (of: (report: Published) => number) =>
      reports.reduce((total, report) => total + of(report), 0);
    return {
      at: performance.now(),
      acknowledged: sum((report) => report.acknowledged),
      processorSeconds: sum((report) => report.processorSeconds),
    };
  }

  async close(): Promise<void> {
    for (const child of this.#children) {
      child.disconnect();
      await once(child, "exit");
    }
  }
}
