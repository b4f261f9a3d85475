/** The manifest of a bundle: `manifest.json`, its first entry, lists every other file with its size and checksum. */
import { InputError } from "../../base/kit-error.ts";
import { kitPath } from "../../base/package-root.ts";

export const bundleFormat = "rollout-bundle/1";

export const bundleParts = ["kit", "local-stack", "engine", "images"] as const;
export type BundlePart = (typeof bundleParts)[number];

export interface BundleFile {
  readonly path: string;
  readonly kind: "kit" | "localisation" | "engine" | "image" | "chart" | "materials";
  readonly bytes: number;
  readonly sha256: string;
  /** Of a program, an image or a chart: the kit's name for it. */
  readonly name?: string;
  /** Of an image or chart: its path in a registry, such as `library/rabbitmq:4.3.5`. */
  readonly reference?: string;
}

export interface BundleManifest {
  readonly format: typeof bundleFormat;
  /** Version of the kit. */
  readonly kit: string;
  readonly country: string;
  readonly environment: string | null;
  /** Where the programs in the bundle run, such as `linux-x64`. */
  readonly platform: string;
  /** Path of the localisation file. */
  readonly localisation: string;
  /** Registry that the file names. */
  readonly registry: string | null;
  /** What was left out on purpose. */
  readonly without: readonly BundlePart[];
  /** What belongs into the bundle and was not found. */
  readonly absent: readonly { readonly what: string; readonly reason: string }[];
  readonly files: readonly BundleFile[];
}

const another =
  "Get the bundle again, and compare its SHA-256 with the one that `rollout bundle create` printed.";

export const broken = (message: string) => new InputError(message, another);

/** @throws InputError */
export function parseManifest(text: string): BundleManifest {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw broken("The bundle's manifest is not JSON.");
  }
  const manifest = value as Partial<BundleManifest> | null;
  if (manifest?.format !== bundleFormat)
    throw new InputError(
      `The bundle has the format ${String(manifest?.format).slice(0, 40)}; this version of the kit reads ${bundleFormat}.`,
      `Load it with the kit that it holds: ${kitPath("docs/air-gapped.md")} says how.`,
    );
  if (!Array.isArray(manifest.files) || typeof manifest.localisation !== "string")
    throw broken("The bundle's manifest names no files.");
  const seen = new Set<string>();
  for (const file of manifest.files as readonly Partial<BundleFile>[]) {
    const path = String(file?.path);
    if (!isSafePath(path))
      throw broken(
        `The bundle's manifest names the path ${JSON.stringify(path.slice(0, 200))}, which leads out of it.`,
      );
    if (seen.has(path.toLowerCase())) throw broken(`The bundle's manifest names ${path} twice.`);
    seen.add(path.toLowerCase());
    if (!Number.isSafeInteger(file.bytes) || !/^[0-9a-f]{64}$/.test(String(file.sha256)))
      throw broken(`The bundle's manifest gives no checksum for ${path}.`);
  }
  if (!seen.has(manifest.localisation.toLowerCase()))
    throw broken("The bundle's manifest names a localisation file that it does not list.");
  return manifest as BundleManifest;
}

/** Whether the path stays within the folder, on every file system. */
export function isSafePath(path: string): boolean {
  const unsafe = (part: string) => part === "" || part === "." || part === "..";
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for.
  return path.length <= 400 && !/[\\:\u0000-\u001f\u007f]/.test(path) && !path.split("/").some(unsafe);
}
