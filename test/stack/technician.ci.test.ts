/** From `rollout up` to a real machine's value on the page, in a real browser, and to why one was rejected. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { openBrowser } from "./browser.ts";
import { RunningStack } from "./running-stack.ts";
import { connectMachine } from "./technician.ts";

test("a technician connects a machine, sees its value, and learns why another was rejected", async () => {
  const data = mkdtempSync(join(tmpdir(), "rollout-technician-"));
  const stack = await RunningStack.start("--data", data, "--companies", "1");
  const browser = await openBrowser();
  const page = await browser.newPage({ viewport: { width: 360, height: 740 }, locale: "en-ZA" });
  await page.goto(stack.ready.logins.find(({ role }) => role === "company")!.enter);
  await page.click("main button");
  const { client, topic, key } = await connectMachine(page, stack.ready, "Lathe 9");

  await page.goto(`${stack.ready.webAddress}/machines/${key}`);
  await client.publishAsync(`${topic}/temperature`, JSON.stringify({ t: Date.now(), v: 71.25 }), { qos: 1 });
  await page.waitForSelector(`[data-live="${key}/temperature"]:has-text("71,25 °C")`);

  await client.publishAsync(`${topic}/state`, JSON.stringify({ t: Date.now(), v: "runing" }), { qos: 1 });
  await page.goto(`${stack.ready.webAddress}/connect/${key}`);
  await expect
    .poll(
      async () => {
        await page.reload();
        return page.textContent("body");
      },
      { timeout: 20_000 },
    )
    .toContain('Did you mean "producing"?');

  await client.endAsync();
  await browser.close();
  expect((await stack.end("SIGINT")).code).toBe(0);
  rmSync(data, { recursive: true, force: true });
}, 180_000);
