/**
 * Where the Pulumi engine enters the pack: it can `require` only, and starts whatever Node.js is installed. The pack runs
 * with the kit's own, as the sources or as what the package has compiled.
 */
const { fork } = require("node:child_process");
const { existsSync } = require("node:fs");
const { dirname, join } = require("node:path");
const { pathToFileURL } = require("node:url");

const compiled = join(__dirname, "pack.js");
const pack = existsSync(compiled) ? compiled : join(__dirname, "pack.ts");

module.exports = () => {
  if (Number.parseInt(process.versions.node, 10) >= 24) return import(pathToFileURL(pack).href);
  const folder = dirname(require.resolve("node/package.json"));
  const execPath = join(folder, "bin", process.platform === "win32" ? "node.exe" : "node");
  const child = fork(pack, { execPath, execArgv: [] });
  child.on("exit", (code) => process.exit(code ?? 1));
};
