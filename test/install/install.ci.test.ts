/** The kit as a new user meets it: a fresh clone in a path with spaces, as an ordinary user, and the packed package elsewhere. */
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { afterAll, beforeAll, expect, test } from "vitest";
import { packageRoot } from "../../base/package-root.ts";

const installing = 10 * 60_000;
const asRoot = process.getuid?.() === 0;
/** Root of a container tests as an ordinary user too. */
const ordinary = { uid: 65534, gid: 65534 };

let folder: string;
beforeAll(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), "rollout install ")));
  chmodSync(folder, 0o755);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Ready {
  readonly event: "ready";
  readonly webAddress: string;
  readonly logins: readonly { readonly enter: string }[];
}

/** Visits a stack as soon as it is ready, then stops it by Ctrl-C. */
async function visitAndStop(child: ChildProcess): Promise<void> {
  let errors = "";
  child.stderr!.on("data", (data) => {
    errors += data;
  });
  const printed: string[] = [];
  for await (const line of createInterface({ input: child.stdout! })) {
    printed.push(line);
    if (!line.startsWith('{"event":"ready"')) continue;
    await visit(JSON.parse(line) as Ready);
    // The whole group, as Ctrl-C in a terminal does. npm then ends by the signal, whatever the kit's own exit code.
    process.kill(-child.pid!, "SIGINT");
  }
  expect(printed.at(-1), `${printed.join("\n")}\n${errors}`).toBe('{"event":"stopped"}');
}

async function visit({ webAddress, logins }: Ready): Promise<void> {
  expect(logins.length).toBeGreaterThan(0);
  const page = await fetch(webAddress);
  expect(page.status).toBe(200);
  const entered = await fetch(logins[0]!.enter, {
    method: "POST",
    redirect: "manual",
    headers: { origin: new URL(webAddress).origin },
  });
  expect(entered.headers.get("set-cookie")).toContain("HttpOnly");
}

test(
  "npm start in a fresh clone, in a path with spaces, as an ordinary user",
  async () => {
    const home = join(folder, "home of a user");
    const clone = join(home, "the kit");
    mkdirSync(home);
    execFileSync("git", ["clone", "--quiet", packageRoot, clone]);
    if (asRoot) execFileSync("chown", ["-R", `${ordinary.uid}:${ordinary.gid}`, home]);
    const environment = { ...process.env, HOME: home, npm_config_cache: join(home, ".npm") };
    const child = spawn(
      "npm",
      ["start", "--silent", "--", "--port", "0", "--companies", "2", "--no-open", "--json"],
      {
        cwd: clone,
        env: withoutOwnBinaries(environment),
        detached: true,
        stdio: ["ignore", "pipe", "pipe"],
        ...(asRoot ? ordinary : {}),
      },
    );
    await visitAndStop(child);
    expect(existsSync(join(clone, "node_modules", "vitest"))).toBe(false);
  },
  installing,
);

test(
  "the packed package, installed in another project",
  async () => {
    const project = join(folder, "another project");
    mkdirSync(project);
    const [tarball] = execFileSync("npm", ["pack", "--silent", "--pack-destination", folder], {
      cwd: packageRoot,
      encoding: "utf8",
    })
      .trim()
      .split("\n")
      .slice(-1);
    writeFileSync(join(project, "package.json"), JSON.stringify({ name: "another", private: true }));
    const run = (command: string, ...parameters: string[]) =>
      execFileSync(command, parameters, {
        cwd: project,
        env: withoutOwnBinaries(process.env),
        encoding: "utf8",
      });
    run("npm", "install", "--no-audit", "--no-fund", join(folder, tarball!));
    expect(run("npx", "rollout", "validate")).toContain("a valid localisation file of ZA");
    run("npx", "rollout", "init", "GH");
    const [page] = /\S+\/docs\/\S+\.md/.exec(readFileSync(join(project, "countries", "gh.yaml"), "utf8"))!;
    expect(existsSync(join(project, page))).toBe(true);
    cpSync(join(packageRoot, "countries", "za.yaml"), join(project, "my country.yaml"));
    const onCluster = ["my country.yaml", "--target", "kubernetes"];
    expect(run("npx", "rollout", "plan", ...onCluster)).toContain("Namespace");
    expect(run("npx", "rollout", "check", ...onCluster)).toContain("0 failed");
    run("npx", "rollout", "report", ...onCluster, "--out", "report");
    expect(existsSync(join(project, "report", "report.html"))).toBe(true);
    const child = spawn(
      "npx",
      ["rollout", "up", "my country.yaml", "--port", "0", "--companies", "2", "--no-open", "--json"],
      {
        cwd: project,
        env: withoutOwnBinaries(process.env),
        detached: true,
        stdio: ["ignore", "pipe", "pipe"],
      },
    );
    await visitAndStop(child);
  },
  installing,
);

/** Without what `npm test` adds, so that the machine's own Node.js is what starts. */
function withoutOwnBinaries(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const kept = Object.entries(environment).filter(
    ([name]) => !name.startsWith("npm_") || name === "npm_config_cache",
  );
  const path = (environment.PATH ?? "")
    .split(":")
    .filter((entry) => !entry.includes("node_modules"))
    .join(":");
  return { ...Object.fromEntries(kept), PATH: path };
}
