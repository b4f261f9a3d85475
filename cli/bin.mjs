#!/usr/bin/env node
/** Starts the command line with the kit's own Node.js: compiled where there is a `dist`, else the sources. */
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import module from "node:module";
import { constants } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
// A checkout runs its sources even if somebody has built it: they are what is being worked on.
const inCheckout = existsSync(join(root, "cli", "main.ts"));
const entry = inCheckout ? join(root, "cli", "main.ts") : join(root, "dist", "cli", "main.js");

// npm writes this file when everything is installed.
if (inCheckout && !existsSync(join(root, "node_modules", ".package-lock.json"))) {
  start(process.execPath, join(root, "scripts", "with-install.mjs"), "cli/bin.mjs");
} else if (Number.parseInt(process.versions.node, 10) >= 24) {
  module.enableCompileCache?.();
  await import(pathToFileURL(entry).href);
} else {
  start(findRuntime(), fileURLToPath(import.meta.url));
}

/** Runs a script with this program's arguments in its place. */
function start(runtime, ...script) {
  const child = spawn(runtime, [...script, ...process.argv.slice(2)], { stdio: "inherit" });
  process.on("SIGINT", () => {});
  process.on("SIGTERM", () => child.kill("SIGTERM"));
  child.on("exit", (code, signal) => process.exit(code ?? 128 + (constants.signals[signal] ?? 0)));
}

function findRuntime() {
  try {
    const folder = dirname(module.createRequire(import.meta.url).resolve("node/package.json"));
    const runtime = join(folder, "bin", process.platform === "win32" ? "node.exe" : "node");
    if (existsSync(runtime)) return runtime;
  } catch {
    // Said below.
  }
  process.stderr.write(
    `rollout needs Node.js 24; this is ${process.version}, and the npm package "node" that brings it is not installed.\n` +
      "Run `npm install` where the kit is installed (with install scripts allowed), or use Node.js 24.\n",
  );
  process.exit(3);
}
