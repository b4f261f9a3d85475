/**
 * The tables of a cluster as the engine makes them, with ZooKeeper in Keeper's place. Rows cannot be written there:
 * the engine in the process has no port for other replicas. Skipped where Debian's packages `zookeeper` and Java are missing.
 */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { freePorts } from "../data-path/rabbitmq.ts";

const archive = "/usr/share/java/zookeeper.jar";
const isMissing = !existsSync(archive) || spawnSync("java", ["-version"]).status !== 0;
const name = "with a ZooKeeper (skipped where Debian's packages zookeeper and Java are missing)";

describe.skipIf(isMissing)(name, { timeout: 300_000 }, () => {
  const folder = mkdtempSync(join(tmpdir(), "replicated-"));
  let keeper: ChildProcess;
  let port: number;

  beforeAll(async () => {
    [port] = (await freePorts(1)) as [number];
    const settings = join(folder, "zoo.cfg");
    writeFileSync(
      settings,
      `tickTime=2000\ndataDir=${join(folder, "keeper")}\nclientPort=${port}\nclientPortAddress=127.0.0.1\nadmin.enableServer=false\n4lw.commands.whitelist=srvr\n`,
    );
    const main = "org.apache.zookeeper.server.quorum.QuorumPeerMain";
    keeper = spawn("java", ["-Xmx256m", "-cp", archive, main, settings], {
      cwd: folder,
      stdio: ["ignore", "pipe", "pipe"],
    });
    let said = "";
    const listen = (chunk: Buffer) => {
      said += chunk.toString();
    };
    keeper.stdout!.on("data", listen);
    keeper.stderr!.on("data", listen);
    while (!(await isServing(port))) {
      if (keeper.exitCode !== null) throw new Error(`ZooKeeper ended: ${said}`);
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  }, 300_000);
  afterAll(async () => {
    if (keeper !== undefined && keeper.exitCode === null) {
      const ended = once(keeper, "exit");
      keeper.kill("SIGKILL");
      await ended;
    }
    rmSync(folder, { recursive: true, force: true });
  });

  test("the engine accepts every statement, and each table's rows are replicated", async () => {
    mkdirSync(join(folder, "engine"));
    const script = fileURLToPath(new URL("./replicated-process.ts", import.meta.url));
    const child = spawn(process.execPath, [script, join(folder, "engine"), String(port)], {
      stdio: ["ignore", "pipe", "pipe"],
    });
    let [output, errors] = ["", ""];
    child.stdout.on("data", (chunk: Buffer) => {
      output += chunk.toString();
    });
    child.stderr.on("data", (chunk: Buffer) => {
      errors += chunk.toString();
    });
    // It may hang when it ends: the engine waits for tables that never started.
    const answered = new Promise<void>((resolve) => {
      child.stdout.on("data", () => output.endsWith("\n") && resolve());
    });
    const closed = once(child, "close");
    await Promise.race([answered, closed]);
    child.kill("SIGKILL");
    await closed;
    expect(output, errors).toMatch(/^\[/);
    const tables = JSON.parse(output) as { name: string; engine: string; engine_full: string }[];
    const local = tables.filter((table) => table.name.endsWith("_local"));
    expect(local.map((table) => [table.name, table.engine])).toEqual([
      ["analytics_progress_local", "ReplicatedReplacingMergeTree"],
      ["kpi_left_out_local", "ReplicatedReplacingMergeTree"],
      ["kpi_shift_local", "ReplicatedReplacingMergeTree"],
      ["migration_local", "ReplicatedMergeTree"],
      ["raw_local", "ReplicatedMergeTree"],
      ["rejected_local", "ReplicatedMergeTree"],
      ["rollup_day_local", "ReplicatedAggregatingMergeTree"],
      ["rollup_hour_local", "ReplicatedAggregatingMergeTree"],
      ["rollup_minute_local", "ReplicatedAggregatingMergeTree"],
    ]);
    for (const { engine_full } of local)
      expect(engine_full).toContain("'/clickhouse/tables/{uuid}/{shard}', '{replica}'");
    expect(tables.filter(({ engine }) => engine === "Distributed")).toHaveLength(local.length);
    expect(tables.filter(({ engine }) => engine === "MaterializedView")).toHaveLength(3);
  });
});

/** It listens for a while before it answers. */
function isServing(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    let answer = "";
    const socket = connect(port, "127.0.0.1", () => socket.write("srvr"));
    socket.on("data", (chunk: Buffer) => {
      answer += chunk.toString();
    });
    socket.on("error", () => resolve(false));
    socket.on("close", () => resolve(answer.includes("Mode: standalone")));
  });
}
