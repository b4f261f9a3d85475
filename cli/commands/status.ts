/** `rollout status`: the health of each part of a running stack, and its message counts. */

import { existsSync, readdirSync } from "node:fs";
import { Command } from "commander";
import { EnvironmentError, exitCode } from "../../base/kit-error.ts";
import { loadCountry } from "../../localisation/load.ts";
import { DataFolder } from "../../stacks/local/data-folder.ts";
import type { StackStatus } from "../../stacks/local/status.ts";
import { print, printJson, style, table } from "../terminal.ts";

export function statusCommand(): Command {
  return new Command("status")
    .description("show the health of each part of a running stack, and its message counts")
    .argument("[file]", "localisation file (default: every stack that runs in the data folder)")
    .option("--data <folder>", "folder in which stacks keep their data", ".rollout")
    .option("--json", "print JSON")
    .action(async (file: string | undefined, options: { data: string; json?: boolean }) => {
      const folders =
        file === undefined
          ? allFolders(options.data)
          : [DataFolder.of(loadCountry(file).country, options.data)];
      const statuses: StackStatus[] = [];
      for (const folder of folders) {
        const running = folder.readRunning();
        if (running !== undefined) statuses.push(await ask(running.statusAddress, running.pid));
      }
      if (statuses.length === 0)
        throw new EnvironmentError(
          `No stack runs in ${folders.map((folder) => folder.path).join(", ") || options.data}.`,
          "Start one with `rollout up <file>`.",
        );
      if (options.json) printJson(file === undefined ? statuses : statuses[0]);
      else for (const status of statuses) show(status);
      if (statuses.some(({ parts }) => parts.some((part) => part.health !== "healthy")))
        process.exitCode = exitCode.checkFailed;
    });
}

function allFolders(parent: string): DataFolder[] {
  if (!existsSync(parent)) return [];
  return readdirSync(parent).map((name) => new DataFolder(`${parent}/${name}`));
}

async function ask(address: string, pid: number): Promise<StackStatus> {
  try {
    const response = await fetch(address, { signal: AbortSignal.timeout(5000) });
    if (!response.ok) throw new Error(`HTTP ${response.status}`);
    return (await response.json()) as StackStatus;
  } catch (error) {
    throw new EnvironmentError(
      `The stack (process ${pid}) does not answer at ${address}: ${error instanceof Error ? error.message : error}.`,
      "It may still be starting. If not, stop it and start it again: what it has acknowledged is on the disk.",
    );
  }
}

const colourOf = { healthy: "green", degraded: "yellow", failed: "red" } as const;

function show(status: StackStatus): void {
  const { flow } = status;
  print(`${status.country}  ${status.webAddress}  process ${status.pid}, up since ${status.startedAt}`);
  print();
  for (const { name, health, detail } of status.parts)
    print(`  ${style(colourOf[health], "●")} ${name.padEnd(22)} ${health.padEnd(9)} ${style("dim", detail)}`);
  print();
  print(
    table([
      ["  messages in", String(flow.messages)],
      ["  readings stored", String(flow.stored)],
      ["  rejected", String(flow.rejected)],
      ["  duplicates dropped", String(flow.duplicates)],
      ["  waiting", String(flow.waiting)],
      ["  lag", `${flow.lagMilliseconds} ms`],
    ]),
  );
}
