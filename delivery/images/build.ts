/** Builds the kit's image with the builder that the machine has. */
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { kitVersion, packageRoot } from "../../base/package-root.ts";
import { imageRepository } from "../../components/images.ts";
import { firstProgram, runProgram } from "../programs.ts";
import { writeImageContext } from "./context.ts";

export const builders = ["podman", "docker", "buildah"] as const;
export type Builder = (typeof builders)[number];

export interface BuildOptions {
  /** The first on PATH where absent. */
  readonly tool?: Builder;
  /** Image with Node.js 24; that of the Containerfile where absent. */
  readonly base?: string;
  readonly tag?: string;
  readonly tell?: (line: string) => void;
}

export interface BuiltImage {
  readonly image: string;
  readonly builder: Builder;
}

/** The name that the plan uses where the file names no registry. */
export function defaultTag(registry = "localhost"): string {
  return `${registry}/${imageRepository("application")}:${kitVersion()}`;
}

/** @throws EnvironmentError when there is no builder, or when it fails. */
export async function buildImage(options: BuildOptions): Promise<BuiltImage> {
  const builder = options.tool ?? firstProgram(builders, "Building the image");
  const image = options.tag ?? defaultTag();
  const folder = mkdtempSync(join(tmpdir(), "rollout-image-"));
  try {
    writeImageContext(folder);
    const build = [
      ...["--file", join(folder, "Containerfile"), "--tag", image],
      ...["--build-arg", `VERSION=${kitVersion()}`, "--build-arg", `REVISION=${await revision()}`],
      ...(options.base === undefined ? [] : ["--build-arg", `BASE=${options.base}`]),
    ];
    // Without the time of the build in it, the same kit on the same base is the same image.
    const withoutTime = builder === "docker" ? ["--build-arg", "SOURCE_DATE_EPOCH=0"] : ["--timestamp", "0"];
    await runProgram(builder, ["build", ...build, ...withoutTime, folder], {
      ...(options.tell && { tell: options.tell }),
    });
    return { image, builder };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The commit of a checkout; empty for an installed package. */
async function revision(): Promise<string> {
  if (!existsSync(join(packageRoot, ".git"))) return "";
  return (await runProgram("git", ["-C", packageRoot, "rev-parse", "HEAD"]).catch(() => "")).trim();
}
