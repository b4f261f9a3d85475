/** What all programs of a cluster do: read their files, say what they wait for, stop when told. */

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { onRenewedCertificate } from "../../apps/program/certificate.ts";
import { readConnections } from "../../apps/program/connections.ts";
import { readLocalisationFiles } from "../../apps/program/localisation-files.ts";
import { metricsText } from "../../apps/program/metrics.ts";
import { InputError } from "../../base/kit-error.ts";
import { TestAuthority } from "../data-path/certificates.ts";
import { ProgramProcess, someConnections, writeConnections, writeLocalisation } from "./program-process.ts";

const folder = mkdtempSync(join(tmpdir(), "run-"));
const localisation = writeLocalisation(join(folder, "localisation"));
const connections = someConnections(join(folder, "secrets"));
const running: ProgramProcess[] = [];
let authority: TestAuthority;

beforeAll(async () => {
  authority = await TestAuthority.make();
  await authority.issue(join(folder, "secrets"), "analytics");
  writeFileSync(connections.relational.username, "rollout\n");
  writeFileSync(connections.relational.password, "secret of the store\n");
});
afterEach(async () => {
  for (const program of running.splice(0)) await program.stop("SIGKILL");
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function run(program: string, files = connections): ProgramProcess {
  const process = new ProgramProcess(program, {
    connections: writeConnections(join(folder, "connections"), files),
    localisation,
  });
  running.push(process);
  return process;
}

describe("the files", () => {
  const wrong = (name: string, text: string) => {
    const place = mkdtempSync(join(folder, "wrong-"));
    writeFileSync(join(place, name), text);
    return place;
  };
  const told = (read: () => unknown): string => {
    try {
      read();
    } catch (error) {
      expect(error).toBeInstanceOf(InputError);
      return (error as Error).message;
    }
    return "nothing was wrong";
  };

  test("are named when they are missing, invalid or of another schema, with each wrong value", () => {
    expect(told(() => readConnections(join(folder, "nowhere")))).toBe(
      `${join(folder, "nowhere", "connections.json")} is missing.`,
    );
    expect(told(() => readConnections(wrong("connections.json", "{")))).toContain(
      "connections.json is not JSON",
    );
    const broken = {
      ...connections,
      timeSeries: { url: "http://store", database: "x; DROP" },
      metricsPort: "no",
    };
    const message = told(() => readConnections(wrong("connections.json", JSON.stringify(broken))));
    for (const place of ["/timeSeries/url", "/timeSeries/database", "/metricsPort"])
      expect(message).toContain(place);
    expect(
      told(() => readLocalisationFiles(wrong("country.json", '{"country":{"country":"ZZ"}}'))),
    ).toContain("/country");
    expect(told(() => readLocalisationFiles(wrong("country.json", "null")))).toContain("/country");
  });

  test("a program whose files are wrong says so in one line and ends with 2", async () => {
    const program = run("analytics", { ...connections, metricsPort: -1 });
    expect(await program.ended()).toBe(2);
    expect(program.errors).toMatch(/connections\.json has values .*\/metricsPort must be >= 0/);
    expect(program.errors.trim().split("\n")).toHaveLength(1);
  });
});

test("a program whose stores are away waits for them, says so, and stops when told", async () => {
  const program = run("analytics");
  await program.line("waiting for the relational store");
  expect(await program.get("/healthy")).toEqual({ status: 200, text: "healthy" });
  const ready = await program.get("/ready");
  expect(ready.status).toBe(503);
  expect(ready.text).toContain("waiting for the relational store: ");
  expect(await program.metric("process_resident_memory_bytes")).toBeGreaterThan(1e6);
  expect((await program.get("/elsewhere")).status).toBe(404);
  expect(await program.stop()).toBe(0);
  expect(program.errors).toBe("");
  const text = JSON.stringify(program.log);
  expect(text).not.toContain("secret of the store");
  // A stack trace is for bugs.
  expect(text).not.toMatch(/\bat .*\.ts:\d+/);
});

test("a migration that is told to stop before it is done ends with an error", async () => {
  const program = run("migration");
  await program.line("waiting for the relational store and its lock of migrations");
  expect(await program.stop()).toBe(3);
  expect(program.errors).toContain("migration was told to stop before it was done.");
});

test("a renewed certificate is noticed, once", async () => {
  const files = await authority.issue(join(folder, "renewed"), "diagnostic");
  const stop = new AbortController();
  const seen: string[] = [];
  const renewed = new Promise<void>((resolve) =>
    onRenewedCertificate(
      files,
      stop.signal,
      ({ cert }) => {
        seen.push(cert);
        resolve();
      },
      5,
    ),
  );
  await authority.issue(join(folder, "renewed"), "diagnostic");
  // The timer alone does not keep the process running.
  const busy = setInterval(() => {}, 1000);
  await renewed;
  await new Promise((resolve) => setTimeout(resolve, 50));
  clearInterval(busy);
  stop.abort();
  expect(new Set(seen).size).toBe(seen.length);
  expect(seen.at(-1)).toContain("BEGIN CERTIFICATE");
});

test("metrics are in Prometheus' text format, whatever a label holds", () => {
  expect(
    metricsText([
      { name: "a_total", help: "Two\nlines \\", type: "counter", value: 3 },
      { name: "b", help: "b", type: "gauge", value: [{ labels: { reason: 'a "b"\\\n' }, value: 1.5 }] },
      { name: "c", help: "c", type: "gauge", value: [] },
    ]),
  ).toBe(
    '# HELP a_total Two\\nlines \\\\\n# TYPE a_total counter\na_total 3\n# HELP b b\n# TYPE b gauge\nb{reason="a \\"b\\"\\\\\\n"} 1.5\n# HELP c c\n# TYPE c gauge\n',
  );
});
