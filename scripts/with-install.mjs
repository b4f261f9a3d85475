/**
 * Runs one of the kit's scripts with its own Node.js, after installing what the checkout lacks.
 * Needs nothing but Node.js 20 and npm: `node scripts/with-install.mjs [--dev] <script> [arguments]`.
 * `--dev`: with the dev dependencies, such as the test runner.
 */
import { spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { constants } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const packages = join(root, "node_modules");
const stamp = join(packages, ".installed-from");
const runtime = join(packages, "node", "bin", process.platform === "win32" ? "node.exe" : "node");

const [asksDev, script, ...parameters] =
  process.argv[2] === "--dev" ? [true, ...process.argv.slice(3)] : [false, ...process.argv.slice(2)];
// An installation without dev dependencies would remove those that are there.
const withDev = asksDev || existsSync(join(packages, "vitest"));

const wanted = createHash("sha256")
  .update(readFileSync(join(root, "package.json")))
  .update(readFileSync(join(root, "package-lock.json")))
  .update(withDev ? "with dev dependencies" : "")
  .digest("hex");

function isInstalled() {
  return existsSync(runtime) && existsSync(stamp) && readFileSync(stamp, "utf8") === wanted;
}

function install() {
  const started = Date.now();
  const size = withDev ? "1.3 GB" : "1 GB";
  process.stderr.write(`Installing the kit's packages (once; about ${size} on disk) …\n`);
  const dev = withDev ? "--include=dev" : "--omit=dev";
  const { status } = spawnSync("npm", ["install", dev, "--no-audit", "--no-fund", "--loglevel", "error"], {
    cwd: root,
    // A later line of this run may be JSON that another program reads.
    stdio: ["ignore", 2, 2],
    shell: process.platform === "win32",
  });
  if (status !== 0) {
    process.stderr.write(
      "The installation failed. The lines above say why; most often the npm registry cannot be reached.\n" +
        "Set a proxy or an own registry with `npm config set proxy …` or `npm config set registry …`, then try again.\n",
    );
    process.exit(3);
  }
  // Headers for C++ (67 MB) and a second link to the runtime, which npm's next installation would remove too.
  rmSync(join(packages, "node", "node_modules"), { recursive: true, force: true });
  writeFileSync(stamp, wanted);
  process.stderr.write(`Installed in ${Math.round((Date.now() - started) / 1000)} s.\n`);
}

if (!isInstalled()) install();

const child = spawn(runtime, [join(root, script), ...parameters], { stdio: "inherit" });
// The terminal sends Ctrl-C to the child too, which then stops in order; this process waits for it.
process.on("SIGINT", () => {});
process.on("SIGTERM", () => child.kill("SIGTERM"));
child.on("exit", (code, signal) => process.exit(code ?? 128 + (constants.signals[signal] ?? 0)));
