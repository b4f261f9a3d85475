/** Copies images between registries, podman's or docker's own store, and archives: with skopeo, or podman where that is missing. */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findProgram } from "../../base/find-program.ts";
import { firstProgram, runProgram } from "../programs.ts";

export const copyTools = ["skopeo", "podman"] as const;
export type CopyTool = (typeof copyTools)[number];

/** An image in a registry, in the local store of podman or docker, or in an OCI archive. */
export type ImageLocation =
  | { readonly kind: "registry"; readonly address: string }
  | { readonly kind: "local"; readonly address: string }
  | { readonly kind: "archive"; readonly file: string };

export interface CopyOptions {
  /** The first on PATH where absent. */
  readonly tool?: CopyTool;
  /** For a registry without TLS, on a test machine. */
  readonly plainHttp?: boolean;
}

/**
 * Copies an image into a registry.
 * @returns its digest there, `sha256:…`.
 * @throws EnvironmentError when there is no tool, or when it fails.
 */
export async function pushImage(
  from: ImageLocation,
  address: string,
  options: CopyOptions = {},
): Promise<string> {
  const tool = options.tool ?? firstProgram(copyTools, "Copying images");
  const folder = mkdtempSync(join(tmpdir(), "rollout-push-"));
  const digestFile = ["--digestfile", join(folder, "digest")];
  try {
    if (tool === "skopeo") {
      const security = options.plainHttp ? ["--dest-tls-verify=false", "--src-tls-verify=false"] : [];
      const places = [skopeoPlace(from), `docker://${address}`];
      await runProgram(tool, ["copy", "--quiet", ...security, ...digestFile, ...places]);
    } else {
      const security = options.plainHttp ? ["--tls-verify=false"] : [];
      const image = await intoPodman(from, security);
      await runProgram(tool, ["push", "--quiet", ...security, ...digestFile, image, address]);
    }
    return readFileSync(digestFile[1]!, "utf8").trim();
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * Writes an image to a folder in the OCI image layout.
 * @throws EnvironmentError when there is no tool, or when it fails, for instance because the image does not exist.
 */
export async function saveImage(
  from: ImageLocation,
  folder: string,
  options: CopyOptions = {},
): Promise<void> {
  const tool = options.tool ?? firstProgram(copyTools, "Copying images");
  if (tool === "skopeo") {
    const security = options.plainHttp ? ["--src-tls-verify=false"] : [];
    await runProgram(tool, ["copy", "--quiet", ...security, skopeoPlace(from), `oci:${folder}:image`]);
  } else {
    const image = await intoPodman(from, options.plainHttp ? ["--tls-verify=false"] : []);
    await runProgram(tool, ["save", "--quiet", "--format", "oci-dir", "--output", folder, image]);
  }
}

/** The images in the local store of podman or docker, with their sizes in bytes. */
export async function localImages(): Promise<ReadonlyMap<string, number>> {
  const images = new Map<string, number>();
  if (findProgram("podman") !== undefined) {
    const said = await runProgram("podman", ["images", "--format", "json"]).catch(() => "[]");
    for (const { Names, Size } of JSON.parse(said || "[]") as { Names?: string[]; Size: number }[])
      for (const name of Names ?? []) images.set(name, Size);
  } else if (findProgram("docker") !== undefined) {
    const names = await runProgram("docker", ["images", "--format", "{{.Repository}}:{{.Tag}}"]).catch(
      () => "",
    );
    for (const name of names.split("\n").filter(Boolean)) {
      const size = await runProgram("docker", ["image", "inspect", "--format", "{{.Size}}", name]).catch(
        () => "0",
      );
      images.set(name, Number(size));
    }
  }
  return images;
}

function skopeoPlace(place: ImageLocation): string {
  switch (place.kind) {
    case "registry":
      return `docker://${place.address}`;
    case "archive":
      return `oci-archive:${place.file}`;
    case "local":
      return findProgram("podman") === undefined
        ? `docker-daemon:${place.address}`
        : `containers-storage:${place.address}`;
  }
}

/** @returns the image's name in podman's own store. */
async function intoPodman(from: ImageLocation, security: readonly string[]): Promise<string> {
  if (from.kind === "local") return from.address;
  if (from.kind === "registry") {
    await runProgram("podman", ["pull", "--quiet", ...security, from.address]);
    return from.address;
  }
  const said = await runProgram("podman", ["load", "--quiet", "--input", from.file]);
  return said
    .trim()
    .split("\n")
    .at(-1)!
    .replace(/^Loaded image( ID)?:\s*/, "");
}
