/** Where the engine's state is stored, and what encrypts the secrets in it. The state never leaves the country. */
import { basename, dirname, join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import type { Country } from "../../localisation/schema/country.ts";

export interface StatePlace {
  /** As Pulumi writes it: `file:///…` or `s3://…`. */
  readonly url: string;
  /** On this machine: the folder of the state itself, or of the engine's settings where the state is in a bucket. */
  readonly folder: string;
  readonly kind: "file" | "bucket";
  /** `passphrase`, or the address of a key. */
  readonly secretsProvider: string;
}

/**
 * The folder of the states of a file's stacks: `.rollout/state` next to the file, or next to the folder `countries` that it is in.
 * It depends on the file, not on where a command runs, so that every run finds the same state.
 */
export function stateFolder(file: string): string {
  const folder = dirname(resolve(file));
  return join(basename(folder) === "countries" ? dirname(folder) : folder, ".rollout", "state");
}

/** @param chosen a folder to use instead of the file's. */
export function statePlace(country: Country, file: string, chosen?: string): StatePlace {
  const { state, aws } = country.hosting;
  const folder = chosen === undefined ? stateFolder(file) : resolve(chosen);
  const bucket = state.backend === "bucket" && chosen === undefined ? state.url : undefined;
  return {
    url: bucket ?? pathToFileURL(folder).href,
    folder,
    kind: bucket === undefined ? "file" : "bucket",
    secretsProvider:
      state.secrets === "aws-kms"
        ? keyAddress(state.key ?? "", regionOf(bucket) ?? aws?.region)
        : "passphrase",
  };
}

const regionOf = (url: string | undefined): string | undefined =>
  url === undefined ? undefined : (new URL(url).searchParams.get("region") ?? undefined);

/** `awskms://alias/x?region=…`; an ARN names its region itself and has three slashes in front. */
function keyAddress(key: string, region: string | undefined): string {
  if (key.startsWith("arn:")) return `awskms:///${key}?region=${key.split(":")[3]}`;
  return `awskms://${key}${region === undefined ? "" : `?region=${region}`}`;
}
