/** `rollout up` writes the reports of the stack that it runs after its start, and its web app shows them to the ministry alone. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { afterAll, expect, test } from "vitest";
import { kitVersion, packageRoot } from "../../base/package-root.ts";
import { readFolder } from "../../compliance/folder.ts";
import { verifyReport } from "../../compliance/verify.ts";
import { temporaryFolder } from "./reports.ts";

const data = temporaryFolder();
afterAll(() => rmSync(data, { recursive: true, force: true }));

interface Event {
  readonly event: string;
  readonly webAddress?: string;
  readonly logins?: readonly { readonly role: string; readonly enter: string }[];
  readonly name?: string;
  readonly file?: string;
  readonly ok?: boolean;
  readonly failure?: string;
}

test("the reports are written after the start, verified, and shown to the ministry alone", async () => {
  const child = spawn(
    process.execPath,
    [
      join(packageRoot, "cli", "bin.mjs"),
      ...["up", "--port", "0", "--companies", "2", "--no-open", "--json", "--data", data],
    ],
    { stdio: ["ignore", "pipe", "pipe"] },
  );
  try {
    const events: Event[] = [];
    let errors = "";
    child.stderr.on("data", (chunk: Buffer) => {
      errors += chunk;
    });
    for await (const line of createInterface({ input: child.stdout })) {
      events.push(JSON.parse(line));
      if (events.filter(({ event }) => event === "report").length === 2) break;
    }
    const seen = `${JSON.stringify(events.slice(-3))} ${errors}`;
    const names = events.map(({ event }) => event);
    expect(names.slice(names.indexOf("ready")), seen).toEqual(["ready", "report", "report"]);
    const [local, planned] = events.filter(({ event }) => event === "report");
    expect([local, planned], seen).toEqual([
      expect.objectContaining({ name: "local", ok: true }),
      expect.objectContaining({ name: "planned", target: "kubernetes", ok: true }),
    ]);
    for (const { file } of [local, planned] as Required<Event>[]) {
      const result = await verifyReport({
        files: () => readFolder(join(file, "..")),
        trust: { kind: "none" },
        kit: kitVersion(),
      });
      expect(result.steps.filter(({ ok }) => !ok)).toEqual([]);
    }
    const ready = events.find(({ event }) => event === "ready");
    const cookieOf = async (role: string) => {
      const enter = ready?.logins?.find((login) => login.role === role)?.enter ?? "";
      const entered = await fetch(enter, {
        method: "POST",
        redirect: "manual",
        headers: { origin: new URL(enter).origin },
      });
      return entered.headers.get("set-cookie")?.split(";")[0] ?? "";
    };
    const report = (cookie: string, name: string) =>
      fetch(`${ready?.webAddress}/ministry/compliance/${name}`, {
        redirect: "manual",
        headers: { cookie, accept: "text/html" },
      });
    const ministry = await cookieOf("ministry");
    const overview = await (
      await fetch(`${ready?.webAddress}/ministry`, { headers: { cookie: ministry } })
    ).text();
    for (const [name, file] of [
      ["local", local?.file],
      ["planned", planned?.file],
    ] as const) {
      expect(overview).toContain(`href="/ministry/compliance/${name}"`);
      const answer = await report(ministry, name);
      expect(answer.status).toBe(200);
      expect(answer.headers.get("content-security-policy")).toMatch(
        /^default-src 'none'; style-src 'sha256-[A-Za-z0-9+/=]+'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'$/,
      );
      expect(await answer.text()).toBe(readFileSync(file ?? "", "utf8"));
    }
    expect((await report(await cookieOf("company"), "local")).status).toBe(404);
    expect((await report("", "local")).status).toBe(303);
    for (const name of ["..%2f..%2fstack.log", "local%2freport.json", "other"])
      expect((await report(ministry, name)).status, name).toBe(404);
  } finally {
    child.kill("SIGINT");
    await once(child, "close");
  }
}, 600_000);
