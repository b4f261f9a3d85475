/** Where the state lies, what encrypts it, and how the engine's words are told. */
import { chmodSync, existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { EngineRunError, findEngine } from "../../stacks/engine/engine-cli.ts";
import { engineFailure } from "../../stacks/engine/engine-failure.ts";
import { findPassphrase, passphraseFile } from "../../stacks/engine/passphrase.ts";
import { StepReader } from "../../stacks/engine/resource-steps.ts";
import { type StatePlace, stateFolder, statePlace } from "../../stacks/engine/state-place.ts";
import { type ChangeableCountry, changedCountry } from "../plan/planned.ts";

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "rollout-state-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const placeOf = (change: (country: ChangeableCountry) => void, chosen?: string): StatePlace =>
  statePlace(changedCountry((_, country) => change(country)).country, "/srv/za.yaml", chosen);

describe("the state's place", () => {
  test("follows from the file, wherever a command runs", () => {
    expect(stateFolder("/srv/rollout/za.yaml")).toBe("/srv/rollout/.rollout/state");
    expect(stateFolder("/srv/rollout/countries/za.yaml")).toBe("/srv/rollout/.rollout/state");
    expect(placeOf(() => {})).toMatchObject({
      kind: "file",
      url: "file:///srv/.rollout/state",
      secretsProvider: "passphrase",
    });
  });

  test("is the bucket of the file, with its key", () => {
    const place = placeOf(({ hosting }) => {
      hosting.state = {
        backend: "bucket",
        url: "s3://rollout-za-state?region=af-south-1",
        country: "ZA",
        secrets: "aws-kms",
        key: "alias/rollout-state",
      };
    });
    expect(place).toMatchObject({
      kind: "bucket",
      url: "s3://rollout-za-state?region=af-south-1",
      secretsProvider: "awskms://alias/rollout-state?region=af-south-1",
    });
  });

  test("takes a key's region from its ARN, and a chosen folder before the bucket", () => {
    const arn = "arn:aws:kms:af-south-1:123456789012:key/1a2b";
    const place = placeOf(({ hosting }) => {
      hosting.state = { backend: "bucket", url: "s3://state", country: "ZA", secrets: "aws-kms", key: arn };
    }, folder);
    expect(place).toMatchObject({
      kind: "file",
      url: pathToFileURL(folder).href,
      secretsProvider: `awskms:///${arn}?region=af-south-1`,
    });
  });
});

describe("the passphrase", () => {
  const place = (): StatePlace => ({
    kind: "file",
    folder,
    url: pathToFileURL(folder).href,
    secretsProvider: "passphrase",
  });
  const find = (more: Partial<Parameters<typeof findPassphrase>[0]>) =>
    findPassphrase({ place: place(), stack: "za-pilot", exists: false, environment: {}, ...more });

  test("is made once for a new stack, for its owner alone, and found again", async () => {
    const made = await find({});
    expect(made.madeIn).toBe(passphraseFile(place(), "za-pilot"));
    expect((statSync(made.madeIn ?? "").mode & 0o777).toString(8)).toBe("600");
    expect(made.value.length).toBeGreaterThan(40);
    expect(await find({ exists: true })).toMatchObject({ value: made.value });
  });

  test("of the team comes first, and nothing is made beside it", async () => {
    const file = join(folder, "team");
    writeFileSync(file, "from the file\n", { mode: 0o600 });
    expect((await find({ environment: { PULUMI_CONFIG_PASSPHRASE_FILE: file } })).value).toBe(
      "from the file",
    );
    const environment = { PULUMI_CONFIG_PASSPHRASE: "given", PULUMI_CONFIG_PASSPHRASE_FILE: file };
    expect((await find({ environment })).value).toBe("given");
    expect((await find({ ask: async () => "typed" })).value).toBe("typed");
    expect(existsSync(passphraseFile(place(), "za-pilot"))).toBe(false);
  });

  test("is not made anew for a stack that has one, nor for a bucket that others reach too", async () => {
    await expect(find({ exists: true })).rejects.toThrow("is encrypted with a passphrase, and none is given");
    const bucket: StatePlace = { ...place(), kind: "bucket", url: "s3://state" };
    await expect(find({ place: bucket })).rejects.toThrow("needs a passphrase that the team shares");
  });

  test("is not read from a file that others can read, or that is empty", async () => {
    const file = passphraseFile(place(), "za-pilot");
    writeFileSync(file, "x", { mode: 0o600 });
    chmodSync(file, 0o644);
    await expect(find({})).rejects.toThrow("Others on this machine can read");
    chmodSync(file, 0o600);
    writeFileSync(file, " \n");
    await expect(find({})).rejects.toThrow("is empty");
  });
});

describe("the engine", () => {
  test("that is missing is said in one line that tells how to get it", async () => {
    await expect(findEngine({ PATH: folder, HOME: folder })).rejects.toMatchObject({
      message: "The Pulumi CLI, which makes the changes, is not installed.",
      remediation: "`rollout doctor --fix` installs it.",
    });
  });

  test.each([
    ["too old", "v3.100.0", /is 3\.100\.0; the kit needs 3\.208\.0 or later/],
    ["broken", "", /of an unknown version|does not run/],
  ])("that is %s is not used", async (_, version, message) => {
    writeFileSync(join(folder, "pulumi"), `#!/bin/sh\necho "${version}"\n`, { mode: 0o755 });
    await expect(findEngine({ PATH: folder, HOME: folder })).rejects.toThrow(message);
  });

  const failure = (stderr: string) => engineFailure(new EngineRunError(255, "", stderr), "za-pilot");

  test.each([
    ["a wrong passphrase", "error: get stack secrets manager: incorrect passphrase", "wrong-passphrase"],
    [
      "a missing plugin",
      "error: no resource plugin 'pulumi-resource-kubernetes' found in the workspace at version v4.34.2 or on your $PATH, install the plugin using `pulumi plugin install resource kubernetes v4.34.2`",
      "plugin-missing",
    ],
    ["a program that throws", "error: Unhandled exception: Error: no domain\n    at x (y.ts:1:1)", "program"],
    ["resources", "error: update failed", "resources"],
  ] as const)("tells %s", (_, stderr, reason) => {
    const told = failure(stderr);
    expect(told.reason).toBe(reason);
    expect(told.message).not.toMatch(/\n|\$PATH| {4}at /);
  });

  test("tells a lock of a run that goes on from that of an interrupted run", () => {
    const lock = (pid: number) =>
      `error: the stack is currently locked by 1 lock(s). Either wait for the other process(es) to end or delete the lock file with \`pulumi cancel\`.\n  file:///x.json: created by root@${hostname()} (pid ${pid}) at 2026-11-25T02:38:09Z\n`;
    expect(failure(lock(2 ** 22 + 1)).message).toContain("was interrupted");
    expect(failure(lock(2 ** 22 + 1).replace(hostname(), "elsewhere")).message).toMatch(
      /^Another run is working on za-pilot: process \d+ of root on elsewhere/,
    );
  });
});

test("what a resource says loses the provider's frame, colours and stack traces", () => {
  const message = new StepReader().message({
    sequence: 1,
    timestamp: 1,
    diagnosticEvent: {
      urn: "urn:pulumi:za::kit::kubernetes:apps/v1:StatefulSet::broker",
      severity: "error",
      color: "raw",
      message:
        "<{%reset%}>2 errors occurred:\n\t* resource \"urn:pulumi:za::kit::kubernetes:apps/v1:StatefulSet::broker\" was successfully created, but the Kubernetes API server reported that it failed to fully initialize or become live: Resource operation was cancelled for 'broker'\n\t* 0 out of 3 replicas succeeded readiness checks\n    at x (y.js:1:1)<{%reset%}>",
    },
  });
  expect(message?.text.split("\n").at(-1)).toBe("0 out of 3 replicas succeeded readiness checks");
  expect(message?.text).not.toMatch(/urn:|errors occurred|<\{%|at x/);
});
