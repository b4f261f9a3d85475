/** Which backup a moment leads to, which ones go, and when the daily one is due. */
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { packageRoot } from "../../base/package-root.ts";
import { restorePoint } from "../../cli/restore-point.ts";
import { loadCountry } from "../../localisation/load.ts";
import { BackupSet, backupFiles } from "../../stacks/local/backup/backup-set.ts";
import { lastDue } from "../../stacks/local/backup/running-backup.ts";

const { country } = loadCountry(join(packageRoot, "countries", "za.yaml"));
let folder: string;
let set: BackupSet;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "rollout-backup-set-"));
  set = new BackupSet({ country }, folder);
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function write(startedAt: string, to = set, environment?: string): string {
  const path = to.pathOf(new Date(startedAt));
  mkdirSync(path, { recursive: true });
  const files = Object.fromEntries(backupFiles.map((name) => [name, { bytes: 1, sha256: "0".repeat(64) }]));
  writeFileSync(
    join(path, "manifest.json"),
    JSON.stringify({
      format: 1,
      kit: "0.1.0",
      country: "ZA",
      ...(environment !== undefined && { environment }),
      startedAt,
      finishedAt: startedAt,
      rows: {},
      recipients: [],
      files,
    }),
  );
  return path;
}

test("a moment leads to the last backup that began by then", () => {
  for (const day of ["01", "02", "03"]) write(`2026-11-${day}T00:00:00Z`);
  const chosen = (at: Date | undefined) => set.choose(at).manifest.startedAt;
  expect(chosen(undefined)).toBe("2026-11-03T00:00:00Z");
  expect(chosen(new Date("2026-11-02T00:00:00Z"))).toBe("2026-11-02T00:00:00Z");
  expect(chosen(new Date("2026-11-01T23:59:59Z"))).toBe("2026-11-01T00:00:00Z");
  expect(() => set.choose(new Date("2026-10-31T00:00:00Z"))).toThrow("the first began at 2026-11-01");
});

test("backups past the retention go, the last one that can be read never, nor what is not a backup", () => {
  for (const day of ["01", "02", "20"]) write(`2026-11-${day}T00:00:00Z`);
  rmSync(join(write("2026-11-21T00:00:00Z"), "manifest.json"));
  mkdirSync(join(set.path, "letters"));
  mkdirSync(join(set.path, ".20261101T000000Z.999999999"));
  mkdirSync(join(set.path, `.20261122T000000Z.${process.pid}`));
  expect(set.prune(10, new Date("2026-11-22T00:00:00Z"))).toEqual(["20261101T000000Z", "20261102T000000Z"]);
  expect(readdirSync(set.path).sort()).toEqual([
    `.20261122T000000Z.${process.pid}`,
    "20261120T000000Z",
    "20261121T000000Z",
    "letters",
  ]);
  expect(set.prune(10, new Date("2027-11-22T00:00:00Z"))).toEqual(["20261121T000000Z"]);
  expect(set.list().backups.map(({ name }) => name)).toEqual(["20261120T000000Z"]);
});

test("environments share no folder, and find what an earlier version wrote to a common one for them alone", () => {
  const pilot = new BackupSet({ country, environment: "pilot" }, folder);
  const training = new BackupSet({ country, environment: "training" }, folder);
  const names = (of: BackupSet) => of.list().backups.map(({ name }) => name);
  write("2026-11-01T00:00:00Z", set, "pilot");
  write("2026-11-02T00:00:00Z");
  write("2026-11-03T00:00:00Z", pilot, "pilot");
  write("2026-11-04T00:00:00Z", training, "training");
  expect(new Set([set.path, pilot.path, training.path]).size).toBe(3);
  expect(names(set)).toEqual(["20261102T000000Z"]);
  expect(names(pilot)).toEqual(["20261101T000000Z", "20261103T000000Z"]);
  expect(names(training)).toEqual(["20261104T000000Z"]);
  expect(pilot.choose("20261101T000000Z").manifest.environment).toBe("pilot");
  expect(set.prune(10, new Date("2027-01-01T00:00:00Z"))).toEqual([]);
  expect(pilot.prune(10, new Date("2027-01-01T00:00:00Z"))).toEqual(["20261101T000000Z"]);
  expect([names(set), names(pilot)]).toEqual([["20261102T000000Z"], ["20261103T000000Z"]]);
});

test.each([
  ["02:00", "Africa/Johannesburg", "2026-11-25T00:00:00Z", "2026-11-25T00:00:00.000Z"],
  ["02:00", "Africa/Johannesburg", "2026-11-24T23:59:59Z", "2026-11-24T00:00:00.000Z"],
  // The clock goes from 02:00 to 03:00: the job of 02:30 begins an hour later, once.
  ["02:30", "Europe/Berlin", "2026-03-29T12:00:00Z", "2026-03-29T01:30:00.000Z"],
])("the daily backup of %s in %s at %s was due at %s", (at, timezone, now, due) => {
  expect(new Date(lastDue(at, timezone, Date.parse(now))).toISOString()).toBe(due);
});

test.each([
  ["2026-11-25T02:00", new Date("2026-11-25T00:00:00Z")],
  ["2026-11-25", new Date("2026-11-24T22:00:00Z")],
  ["2026-11-25T02:00:00Z", new Date("2026-11-25T02:00:00Z")],
  ["20261125T020000Z", "20261125T020000Z"],
  ["yesterday", null],
  ["2026-02-30", null],
])("%s is the moment %s", (text, moment) => {
  expect(restorePoint(text, "Africa/Johannesburg")).toEqual(moment);
});
