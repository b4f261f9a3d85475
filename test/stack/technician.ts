/** Does in a real browser what a technician does: adds a machine, and takes its MQTT settings from the page. */
import { readFileSync } from "node:fs";
import { connectAsync, type MqttClient } from "mqtt";
import type { Page } from "playwright-core";
import type { Ready } from "./running-stack.ts";

export interface ConnectedMachine {
  readonly client: MqttClient;
  /** Up to the channel. */
  readonly topic: string;
  /** `site/machine`. */
  readonly key: string;
}

/** @param page signed in for a company. */
export async function connectMachine(page: Page, ready: Ready, name: string): Promise<ConnectedMachine> {
  await page.goto(`${ready.webAddress}/connect`);
  await page.fill("input[name=name]", name);
  await page.fill("input[name=kind]", "lathe");
  await page.fill("input[name=seconds]", "30");
  await page.click("form[action$='/connect/machines'] button");
  await page.waitForURL("**/connect/*/*");
  await page.click("form[action$='/password'] button");
  const shown = page.locator(".once dd code");
  await shown.first().waitFor();
  const [username, password] = await shown.allTextContents();
  const client = await connectAsync(ready.mqttsAddress, {
    username: username!,
    password: password!,
    ca: readFileSync(ready.certificateAuthorityFile),
    protocolVersion: 4,
  });
  const [, ...key] = username!.split("/");
  return { client, topic: `sme/v1/${username}`, key: key.join("/") };
}
