/** A disk that fills up under load: the stack says so and stops, and after space was made everything acknowledged is there. */
import { execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync, statfsSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import mqtt from "mqtt";
import { expect, test } from "vitest";
import type { Credential } from "../../stores/relational/companies.ts";
import type { ToStack } from "./messages.ts";
import type { Message } from "./publisher.ts";
import { answer, exited, startStack, storedOf } from "./stack.ts";

const isRoot = process.getuid?.() === 0 && process.platform === "linux";
if (!isRoot)
  console.log(
    "The test of a full disk is left out: it mounts a small disk, which only root may do on Linux.",
  );

const mebibyte = 1024 * 1024;

function freeBytes(folder: string): number {
  const { bavail, bsize } = statfsSync(folder);
  return bavail * bsize;
}

/** Publishes long texts, until told to stop. */
async function publishTexts(
  port: number,
  login: Credential,
  acknowledged: Message[],
  isOver: () => boolean,
): Promise<void> {
  const client = mqtt.connect(`mqtt://127.0.0.1:${port}`, {
    ...login,
    protocolVersion: 4,
    reconnectPeriod: 0,
  });
  client.on("error", () => {});
  let time = Date.now() - 3_600_000;
  const next = async () => {
    const readings = new Map<number, string>();
    for (let count = 0; count < 300; count += 1) readings.set(++time, randomBytes(180).toString("base64"));
    const topic = "sme/v1/acme/plant/m-0/text";
    const payload = JSON.stringify([...readings].map(([t, v]) => ({ t, v })));
    await client.publishAsync(topic, payload, { qos: 1 });
    acknowledged.push({ topic, payload, readings });
  };
  const lane = async () => {
    while (!isOver()) await next();
  };
  // The client library never settles what it has sent when the connection ends.
  const closed = new Promise<void>((resolve) => client.on("close", () => resolve()));
  await Promise.race([closed, Promise.allSettled([lane(), lane(), lane(), lane()])]);
  client.end(true);
}

test.skipIf(!isRoot).each([
  ["by readings", false],
  ["by another program, to the last byte", true],
])("filled %s", { timeout: 300_000 }, async (_name, another) => {
  const disk = mkdtempSync(join(tmpdir(), "small-disk-"));
  execFileSync("mount", ["-t", "tmpfs", "-o", "size=260m", "tmpfs", disk]);
  try {
    const child = startStack(disk, 0, 1);
    const { mqttPort, logins } = await answer(child, "ready");
    const fatal = answer(child, "fatal");
    let isOver = false;
    const acknowledged: Message[] = [];
    const published = publishTexts(mqttPort, logins["m-0"]!, acknowledged, () => isOver);
    const ballast = join(disk, "ballast");
    if (another) {
      while (acknowledged.length < 20) await new Promise((resolve) => setTimeout(resolve, 10));
      while (freeBytes(disk) > 0)
        try {
          writeFileSync(ballast, Buffer.alloc(Math.min(8 * mebibyte, freeBytes(disk))), { flag: "a" });
        } catch {
          // The stack stored the rest.
        }
    }
    expect((await fatal).error).toMatch(/^StoreFullError: /);
    isOver = true;
    await published;
    expect(acknowledged.length).toBeGreaterThan(20);
    child.send({ kind: "stop" } satisfies ToStack);
    await exited(child);

    if (another) rmSync(ballast);
    else execFileSync("mount", ["-o", "remount,size=600m", disk]);
    const again = startStack(disk, 0, 1);
    const ready = await answer(again, "ready");
    expect(ready.disagreements).toEqual([]);
    const later: Message[] = [];
    await publishTexts(ready.mqttPort, logins["m-0"]!, later, () => later.length > 3);
    expect(later.length).toBeGreaterThan(3);
    again.send({ kind: "stop" } satisfies ToStack);
    await exited(again);
    await storedOf(disk, [{ acknowledged }]);
  } finally {
    execFileSync("umount", ["-l", disk]);
    rmSync(disk, { recursive: true, force: true });
  }
});
