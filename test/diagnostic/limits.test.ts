/** Limits keep guessers and floods out, and nobody else: not the person with the right password, not a training day. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type AppUnderTest, type Browser, openApp, password } from "./app-under-test.ts";

let app: AppUnderTest;
beforeAll(async () => {
  app = await openApp(undefined, {
    clientAddress: (request) => request.headers.get("x-test-address") ?? undefined,
  });
});
afterAll(() => app.close());

const at = (address: string) => app.browser({ "x-test-address": address });
const signIn = async (browser: Browser, email: string, typed: string) =>
  (await browser.post("/sign-in", { email, password: typed })).status;

async function guess(email: string, address: string, times: number): Promise<number[]> {
  const statuses: number[] = [];
  for (let count = 0; count < times; count += 1)
    statuses.push(await signIn(at(address), email, `wrong ${count}`));
  return statuses;
}

describe("sign-ins", () => {
  test("with the right password get through from another address, whatever strangers tried", async () => {
    const { email } = await app.company("Attacked Works");
    for (let address = 20; address < 26; address += 1) {
      const statuses = await guess(email, `192.0.2.${address}`, 11);
      expect(statuses.at(-1)).toBe(429);
    }
    expect(await signIn(at("198.51.100.9"), email, password)).toBe(303);
    // While so many guess, each new address gets three tries in place of ten.
    expect(await guess(email, "198.51.100.10", 4)).toEqual([422, 422, 422, 429]);
  });

  test("of a device on which the person signed in before get through from the guesser's own address", async () => {
    const { email } = await app.company("Shared Works");
    const device = at("192.0.2.50");
    expect(await signIn(device, email, password)).toBe(303);
    expect((await guess(email, "192.0.2.50", 11)).at(-1)).toBe(429);
    expect(await signIn(at("192.0.2.50"), email, password)).toBe(429);
    await device.post("/sign-out");
    expect(await signIn(device, email, password)).toBe(303);
  });

  test("of a device that is known are limited as well, and its cookie is worth nothing for another account", async () => {
    const [one, other] = [await app.company("Device Works"), await app.company("Other Device Works")];
    const device = at("192.0.2.60");
    await signIn(device, one.email, password);
    for (let count = 0; count < 10; count += 1)
      expect(await signIn(device, one.email, `wrong ${count}`)).toBe(422);
    expect(await signIn(device, one.email, password)).toBe(429);
    await guess(other.email, "192.0.2.60", 10);
    expect(await signIn(device, other.email, password)).toBe(429);
    const forged = at("192.0.2.60");
    forged.cookies.set("device", `${"a".repeat(43)}.${"b".repeat(43)}`);
    expect(await signIn(forged, other.email, password)).toBe(429);
  });

  test("that succeed don't count: more people behind one address than may fail there", async () => {
    const { email } = await app.company("Crowd Works");
    for (let count = 0; count < 61; count += 1)
      expect(await signIn(at("192.0.2.70"), email, password)).toBe(303);
  });

  test("from one IPv6 network of 64 bits count as from one address", async () => {
    const { email } = await app.company("Network Works");
    const statuses: number[] = [];
    for (let count = 0; count < 11; count += 1)
      statuses.push(...(await guess(email, `2001:db8:0:1::${count.toString(16)}`, 1)));
    expect(statuses.at(-1)).toBe(429);
    expect(await guess(email, "2001:db8:0:2::1", 1)).toEqual([422]);
    await guess(email, "192.0.2.80", 10);
    expect(await guess(email, "::ffff:192.0.2.80", 1)).toEqual([429]);
  });
});

describe("registrations", () => {
  const register = async (browser: Browser, mark: string) => {
    const { programme } = app.country;
    const response = await browser.post("/register", {
      company: `Training ${mark}`,
      sector: programme.sectors[0]!,
      sizeBand: programme.sizeBands[0]!.id,
      region: programme.regions[0]?.code ?? "",
      email: `owner-${mark}@training.test`,
      password,
      notice: "read",
    });
    return response.status;
  };

  test("of a training day behind one address get through, a flood does not, and another address stays free", async () => {
    const statuses: number[] = [];
    for (let count = 0; count < 60; count += 1) statuses.push(await register(at("192.0.2.90"), `a${count}`));
    expect(statuses.slice(0, 50)).toEqual(Array(50).fill(303));
    expect(statuses.slice(50)).toEqual(Array(10).fill(429));
    expect(await register(at("192.0.2.91"), "b")).toBe(303);
  });
});
