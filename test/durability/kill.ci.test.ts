/** `kill -9` of the whole data path at random times under load: 50 times, or `KILL_ROUNDS`; `KILL_SEED` chooses the times. */
import { expect, test } from "vitest";
import { runKills } from "./kills.ts";

const rounds = Number(process.env.KILL_ROUNDS ?? 50);
const seed = Number(process.env.KILL_SEED ?? 1);

test(`killed ${rounds} times under load, nothing acknowledged is lost and nothing counts twice`, {
  timeout: rounds * 60_000 + 300_000,
}, async () => {
  const { acknowledged, readings, repairs } = await runKills(rounds, seed);
  console.log(
    `${rounds} kills: ${acknowledged} messages acknowledged, ${readings} readings stored, rollups repaired at ${repairs} starts`,
  );
  expect(acknowledged).toBeGreaterThan(rounds * 20);
});
