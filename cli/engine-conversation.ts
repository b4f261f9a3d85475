/** Shows a run of the engine: a line for each resource, colours and questions on a terminal, JSON lines with --json. */
import { stopOnSignals } from "../base/stop-on-signals.ts";
import { type Conversation, losesData, type RolloutEvent } from "../stacks/engine/conversation.ts";
import { ask, askSecret, duration, print, printEvent, printStep, StepList, style } from "./terminal.ts";

export interface PrintedConversation extends Conversation {
  /** Ends the moving line, so that later output starts on a new line. */
  end(): void;
}

export function engineConversation(json: boolean): PrintedConversation {
  const signal = signalOfStop(json);
  if (json)
    return {
      step: printStep,
      tell: printEvent,
      signal,
      end: () => {},
    };
  const steps = new StepList();
  const printer = new Printer();
  return {
    step: (title, action) => steps.run(title, action),
    tell: (event) => printer.show(event),
    ...(process.stdin.isTTY && process.stdout.isTTY && { ask: { text: ask, secret: askSecret } }),
    signal,
    end: () => printer.end(),
  };
}

/** The first signal stops in order; the second ends this process, which aborts the engine. */
function signalOfStop(json: boolean): AbortSignal {
  const end = new AbortController();
  stopOnSignals(end, {
    signals: ["SIGINT", "SIGTERM", "SIGHUP"],
    stopping: () => {
      if (json) printEvent({ event: "stopping" });
      else
        print(
          "\nStopping after the changes that have begun. Press Ctrl-C again to stop at once; the next run then repairs the stack.",
        );
    },
  });
  return end.signal;
}

const signs = { create: "+", update: "~", replace: "±", delete: "-", read: "·" } as const;
const colours = {
  create: "green",
  update: "yellow",
  replace: "magenta",
  delete: "red",
  read: "dim",
} as const;
const done = {
  create: "created",
  update: "updated",
  replace: "replaced",
  delete: "deleted",
  read: "read",
} as const;

class Printer {
  readonly #said = new Set<string>();
  readonly #running = new RunningLine();

  show(event: RolloutEvent): void {
    this.#running.hide();
    if (event.event === "resource") this.#running.note(event);
    if (event.event === "done") this.#running.end();
    this.#print(event);
  }

  end(): void {
    this.#running.hide();
    this.#running.end();
  }

  #print(event: RolloutEvent): void {
    switch (event.event) {
      case "stack":
        print(
          style(
            "dim",
            `  ${event.stack} on ${event.cluster ?? event.target}, namespace ${event.namespace}; state in ${event.state}, ${event.secrets}`,
          ),
        );
        return;
      case "note":
        print(`  • ${event.text}`);
        return;
      case "warning":
        print(style("yellow", `! ${event.text}`));
        return;
      case "changes":
        for (const change of event.changes) {
          const { action, kind, name, changed } = change;
          const what =
            changed.length === 0
              ? ""
              : style("dim", `  ${changed.slice(0, 6).join(", ")}${changed.length > 6 ? " …" : ""}`);
          const loss = losesData(change) ? style("red", "  its data is deleted or left behind") : "";
          print(`  ${style(colours[action], `${signs[action]} ${kind} ${name}`)}${what}${loss}`);
        }
        return;
      case "resource":
        this.#resource(event);
        return;
      case "message":
        this.#message(event);
        return;
      case "pod":
        print(
          style("yellow", `! ${event.subject}: ${event.what}`) +
            (event.remediation === "" ? "" : ` ${event.remediation}`),
        );
        for (const text of event.events) print(style("dim", `    event  ${text}`));
        for (const line of event.log) print(style("dim", `    log    ${line}`));
        return;
      case "done":
        this.#done(event);
    }
  }

  #resource(event: Extract<RolloutEvent, { event: "resource" }>): void {
    if (event.state === "started" || (event.action === "read" && event.state === "done")) return;
    const time = duration(event.milliseconds ?? 0).padStart(7);
    const subject = `${event.kind} ${event.name}`.padEnd(48);
    if (event.state === "failed")
      print(`${style("red", "✗")} ${subject} ${style("dim", time)}  ${style("red", "failed")}`);
    else
      print(
        `${style(colours[event.action], signs[event.action])} ${subject} ${style("dim", time)}  ${style("dim", done[event.action])}`,
      );
  }

  /** Prints each warning and error once, except those that are only true while a step runs. */
  #message({ severity, passing, text, kind, name }: Extract<RolloutEvent, { event: "message" }>): void {
    if (passing || this.#said.has(text)) return;
    this.#said.add(text);
    const lines = text.split("\n").slice(0, 12);
    print(
      style(
        severity === "error" ? "red" : "yellow",
        `${severity === "error" ? "✗" : "!"} ${kind === "Stack" ? "" : `${kind} ${name}: `}${lines.join("\n    ")}`,
      ),
    );
  }

  #done({ did, stack, counts, milliseconds, outputs }: Extract<RolloutEvent, { event: "done" }>): void {
    print();
    const sum = Object.entries(counts)
      .filter(([action]) => action !== "read")
      .map(([action, count]) => `${count} ${done[action as keyof typeof done]}`)
      .join(", ");
    const time = duration(milliseconds);
    if (did === "nothing")
      print(`${style("green", "✓")} ${stack} matches its file; nothing was changed (${time}).`);
    else if (did === "previewed")
      print(
        `${sum === "" ? "Nothing" : sum.replaceAll(/(\d+ )(\w+)/g, "$1to be $2")} (${time}). Nothing was changed.`,
      );
    else if (did === "read")
      print(
        `${style("green", "✓")} The state of ${stack} matches the cluster now: ${sum === "" ? "nothing was different" : sum} (${time}).`,
      );
    else
      print(
        `${style("green", "✓")} ${stack} is ${did === "updated" ? "up" : "removed"}: ${sum === "" ? "there was nothing to do" : sum} in ${time}.`,
      );
    if (typeof outputs.webAddress === "string") print(`  web app        ${outputs.webAddress}`);
    if (typeof outputs.mqttAddress === "string") print(`  MQTT over TLS  ${outputs.mqttAddress}`);
    if (did === "updated" && typeof outputs.namespace === "string")
      print(`  first login    kubectl -n ${outputs.namespace} exec deployment/diagnostic -- rollout login`);
  }
}

/** On a terminal the last line shows what is in progress, and for how long. */
class RunningLine {
  readonly #live = process.stdout.isTTY === true;
  readonly #since = new Map<string, number>();
  #timer: NodeJS.Timeout | undefined;

  note({ state, action, kind, name, urn }: Extract<RolloutEvent, { event: "resource" }>): void {
    if (!this.#live || action === "read") return;
    if (state !== "started") this.#since.delete(`${kind} ${name} ${urn}`);
    else this.#since.set(`${kind} ${name} ${urn}`, performance.now());
    this.#timer ??= setInterval(() => this.#draw(), 250).unref();
  }

  hide(): void {
    if (this.#timer !== undefined) process.stdout.write("\r\u001b[K");
  }

  end(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
    this.#since.clear();
  }

  #draw(): void {
    const [oldest] = this.#since.values();
    if (oldest === undefined) return;
    const names = [...this.#since.keys()].map((key) => key.split(" ").slice(0, 2).join(" "));
    const text = `… ${Math.round((performance.now() - oldest) / 1000)} s  ${names.join(", ")}`;
    process.stdout.write(`\r\u001b[K${text.slice(0, (process.stdout.columns ?? 80) - 1)}`);
  }
}
