/** What a person, or a program that reads JSON, gets of each kind of error, and with which exit code. */
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { CheckError, EnvironmentError, InputError, StoppedError } from "../../base/kit-error.ts";
import { reportFailure } from "../../cli/failure.ts";
import { LocalisationError } from "../../localisation/load.ts";

let printed: { stdout: string; stderr: string };
beforeEach(() => {
  printed = { stdout: "", stderr: "" };
  vi.stubEnv("ROLLOUT_DEBUG", "");
  vi.stubEnv("NO_COLOR", "1");
  for (const stream of ["stdout", "stderr"] as const)
    vi.spyOn(process[stream], "write").mockImplementation((text) => {
      printed[stream] += text;
      return true;
    });
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
});

function asText(error: unknown) {
  return { code: reportFailure(error, false), ...printed };
}

function asJson(error: unknown) {
  const code = reportFailure(error, true);
  expect(printed.stderr).toBe("");
  return { code, value: JSON.parse(printed.stdout) };
}

const kinds = [
  ["a check that failed", CheckError, 1],
  ["a wrong input", InputError, 2],
  ["an environment that is missing something", EnvironmentError, 3],
] as const;

test.each(kinds)("%s is said in one line with how to fix it", (_, Kind, code) => {
  const error = new Kind("The disk is full.", "Free some space.", { cause: new Error("ENOSPC") });
  expect(asText(error)).toEqual({ code, stdout: "", stderr: "The disk is full. Free some space.\n" });
});

test.each(kinds)("%s has its fields in JSON", (_, Kind, code) => {
  const position = { file: "za.yaml", line: 3, column: 7 };
  expect(asJson(new Kind("Wrong.", "Correct it.", { position }))).toEqual({
    code,
    value: { ok: false, error: "Wrong.", remediation: "Correct it.", position },
  });
});

test("who says no, or stops a run, is not told of an error", () => {
  expect(asText(new StoppedError("Nothing was changed.", 0))).toEqual({
    code: 0,
    stdout: "Nothing was changed.\n",
    stderr: "",
  });
  printed = { stdout: "", stderr: "" };
  expect(asText(new StoppedError("Stopped.", 130))).toEqual({ code: 130, stdout: "", stderr: "Stopped.\n" });
  printed = { stdout: "", stderr: "" };
  expect(asJson(new StoppedError("Stopped.", 130))).toEqual({
    code: 130,
    value: { ok: false, stopped: true, error: "Stopped." },
  });
});

test("a stream that a stop ends is a stop", async () => {
  const end = new AbortController();
  end.abort(new StoppedError("Stopped. Nothing is left.", 130));
  const error = await pipeline(Readable.from(["a"]), async () => {}, { signal: end.signal }).catch(
    (thrown: unknown) => thrown,
  );
  expect(asText(error)).toEqual({ code: 130, stdout: "", stderr: "Stopped. Nothing is left.\n" });
});

const problems = [
  { file: "za.yaml", line: 4, column: 3, path: "timezone", message: "It is no time zone.", remediation: "" },
  {
    file: "za.yaml",
    line: 2,
    column: 1,
    path: "country",
    message: '"ZZ" is no country.',
    remediation: 'Did you mean "ZA"?',
  },
];

test("a wrong localisation file gives a line for each problem, in the file's order, and their number", () => {
  const { code, stderr } = asText(new LocalisationError(problems));
  expect(code).toBe(2);
  expect(stderr.split("\n")).toEqual([
    expect.stringMatching(/^za\.yaml:2:1 {2}country: "ZZ" is no country\. Did you mean "ZA"\?$/),
    expect.stringMatching(/^za\.yaml:4:3 {2}timezone: It is no time zone\.$/),
    "2 problems.",
    "",
  ]);
});

test("its problems are data in JSON", () => {
  const { code, value } = asJson(new LocalisationError(problems));
  expect(code).toBe(2);
  expect(value).toEqual({ ok: false, problems: [problems[1], problems[0]] });
});

test("a missing npm package is said by its name, with how to get it", () => {
  const error = new Error("Cannot find package 'chdb' imported from /opt/kit/stores/time-series/store.ts");
  const { code, stderr } = asText(error);
  expect(code).toBe(3);
  expect(stderr).toMatch(
    /^This command needs the npm package chdb, which is not installed here\. .*`npm install`.*\n$/,
  );
  printed = { stdout: "", stderr: "" };
  expect(asJson(error).value.remediation).toContain("npm install");
});

test.each([[new TypeError("x is not a function")], ["a string that was thrown"]])(
  "what nobody foresaw says how to report it, without a stack trace",
  (thrown) => {
    const message = thrown instanceof Error ? thrown.message : thrown;
    const { code, stderr } = asText(thrown);
    expect(code).toBe(3);
    expect(stderr).toContain(`did not foresee: ${message}\nPlease report it`);
    expect(stderr).not.toMatch(/\n\s+at /);
    printed = { stdout: "", stderr: "" };
    expect(asJson(thrown)).toEqual({ code: 3, value: { ok: false, error: message } });
  },
);

test("ROLLOUT_DEBUG shows where in the code it happened", () => {
  vi.stubEnv("ROLLOUT_DEBUG", "1");
  expect(asText(new TypeError("x is not a function")).stderr).toMatch(/\n\s+at .*failure\.test\.ts/);
});

test.each([
  ["EROFS", "mkdtemp", "/media/cd/.rollout-bundle-XXXXXX", "the disk is read-only"],
  ["ENOENT", "mkdir", "/media/cd/manifests", "there is no such file or folder"],
  ["ENOSPC", "write", undefined, "the disk is full"],
  ["EACCES", "open", "/root/plan.json", "this user may not do that there"],
])("what the operating system refuses is said in one line: %s of %s", (code, syscall, path, why) => {
  const error = Object.assign(new Error(`${code}: refused`), { code, syscall, ...(path && { path }) });
  const stderr = `${path ?? "A file"} can't be used: ${why} (${code}). Name another place, or change its rights or its disk.\n`;
  expect(asText(error)).toEqual({ code: 3, stdout: "", stderr });
});

test("a file that is missing where nobody foresaw it is still a fault to report", () => {
  const error = Object.assign(new Error("ENOENT: no such file"), {
    code: "ENOENT",
    syscall: "open",
    path: "/a",
  });
  expect(asText(error).stderr).toContain("did not foresee");
});
