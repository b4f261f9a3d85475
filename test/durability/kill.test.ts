/** A few kills; `kill.ci.test.ts` has many. */
import { expect, test } from "vitest";
import { runKills } from "./kills.ts";

test("killed three times under load, nothing acknowledged is lost and nothing counts twice", {
  timeout: 300_000,
}, async () => {
  const outcome = await runKills(3, 20_260_601);
  expect(outcome.acknowledged).toBeGreaterThan(100);
});
