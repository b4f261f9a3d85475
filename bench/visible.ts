/**
 * `node bench/visible.ts [rounds]`: time from a machine's publication to its value on the page in a real browser, compared with
 * the same message's PUBACK (which says that it is stored). The stack runs with simulated factories.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openBrowser } from "../test/stack/browser.ts";
import { RunningStack } from "../test/stack/running-stack.ts";
import { connectMachine } from "../test/stack/technician.ts";

const rounds = Number(process.argv[2] ?? 30);
const data = mkdtempSync(join(tmpdir(), "bench-visible-"));
const stack = await RunningStack.start("--data", data, "--companies", "5");
const browser = await openBrowser();
const page = await browser.newPage();
await page.goto(stack.ready.logins.find(({ role }) => role === "company")!.enter);
await page.click("main button");
const { client, topic, key } = await connectMachine(page, stack.ready, "Bench");
const publish = (value: number) =>
  client.publishAsync(`${topic}/count`, JSON.stringify({ t: Date.now(), v: value }), { qos: 1 });
await publish(1);
await page.goto(`${stack.ready.webAddress}/machines/${key}`);

const stored: number[] = [];
const visible: number[] = [];
for (let round = 0; round < rounds; round += 1) {
  const value = 100 + round;
  await page.waitForTimeout(200 + Math.random() * 1000);
  const started = performance.now();
  const shown = page
    .waitForSelector(`[data-live="${key}/count"]:has-text("${value}")`)
    .then(() => performance.now() - started);
  await publish(value);
  stored.push(performance.now() - started);
  visible.push(await shown);
}
await client.endAsync();
await browser.close();
await stack.end("SIGINT");
rmSync(data, { recursive: true, force: true });

const quantile = (values: number[], q: number) =>
  values.toSorted((a, b) => a - b)[Math.floor((values.length - 1) * q)]!;
const row = (name: string, values: number[]) => ({
  milestone: name,
  median: Math.round(quantile(values, 0.5)),
  p95: Math.round(quantile(values, 0.95)),
});
console.table([row("PUBACK (ms)", stored), row("on the page (ms)", visible)]);
console.log(JSON.stringify({ rounds, ratioOfMedians: quantile(visible, 0.5) / quantile(stored, 0.5) }));
