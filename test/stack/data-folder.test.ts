/** A data folder that was there before, with the rights that a mount point or a careless umask gives. */
import { spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { packageRoot } from "../../base/package-root.ts";
import { DataFolder } from "../../stacks/local/data-folder.ts";

let parent: string;
beforeEach(() => {
  parent = mkdtempSync(join(tmpdir(), "data-folder-"));
});
afterEach(() => rmSync(parent, { recursive: true, force: true }));

const rights = (path: string) => (statSync(path).mode & 0o7777).toString(8);

/** With a mode that no umask changes. */
function write(path: string, mode: number): string {
  writeFileSync(path, "");
  chmodSync(path, mode);
  return path;
}

test("an open folder is closed with all that is in it, and a link's target is left as it is", () => {
  const outside = write(join(parent, "outside"), 0o666);
  const folder = join(parent, "za");
  const inner = join(folder, "relational", "base");
  mkdirSync(inner, { recursive: true });
  for (const path of [inner, join(folder, "relational"), folder]) chmodSync(path, 0o777);
  const open = write(join(inner, "1259"), 0o666);
  const program = write(join(inner, "run"), 0o755);
  const closed = write(join(folder, "key.pem"), 0o400);
  symlinkSync(outside, join(folder, "link"));
  new DataFolder(folder).create();
  expect([folder, join(folder, "relational"), inner].map(rights)).toEqual(["700", "700", "700"]);
  expect([open, program, closed, outside].map(rights)).toEqual(["600", "700", "400", "666"]);
});

test("a folder that is a link is closed where it is", () => {
  const real = join(parent, "real");
  mkdirSync(real);
  chmodSync(real, 0o755);
  symlinkSync(real, join(parent, "za"));
  new DataFolder(join(parent, "za")).create();
  expect(rights(real)).toBe("700");
});

test("a new folder is for its owner only, whatever the umask is", () => {
  const umask = process.umask(0);
  try {
    new DataFolder(join(parent, "data", "za")).create();
  } finally {
    process.umask(umask);
  }
  expect(rights(join(parent, "data", "za"))).toBe("700");
});

test.skipIf(process.getuid?.() !== 0)("another user's open folder is refused with what to do", () => {
  chmodSync(parent, 0o755);
  const folder = join(parent, "za");
  mkdirSync(folder);
  chmodSync(folder, 0o777);
  const module = join(packageRoot, "stacks", "local", "data-folder.ts");
  const script = `const { DataFolder } = await import(process.argv[1]);
    try { new DataFolder(process.argv[2]).create(); } catch (error) { console.log(error.message + " " + error.remediation); }`;
  const nobody = 65_534;
  const { stdout, stderr } = spawnSync(
    process.execPath,
    ["--input-type=module", "-e", script, module, folder],
    { uid: nobody, gid: nobody, encoding: "utf8" },
  );
  expect(stderr).toBe("");
  expect(stdout).toContain(`cannot be closed to them: it belongs to another user.`);
  expect(stdout).toContain("chown");
  expect(rights(folder)).toBe("777");
});
