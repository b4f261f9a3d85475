/** The versions of the localisation file's format, oldest first. */
import type { LocatedDocument } from "./document.ts";
import { nearest } from "./nearest.ts";
import { LocalisationError, quote } from "./problem.ts";
import { apiVersion } from "./schema/country.ts";

export const versions = ["rollout/v1alpha1", apiVersion] as const;

/** @throws LocalisationError where the file says another version than the present one. */
export function requireCurrentVersion(document: LocatedDocument): void {
  const node = document.root.entries.get("apiVersion");
  if (node?.kind !== "scalar" || node.value === apiVersion) return;
  const version = String(node.value);
  const { message, cure } = describe(version, document.source.file);
  throw new LocalisationError([...document.problems, document.problemAt(node, "value", message, cure)]);
}

function describe(version: string, file: string): { message: string; cure: string } {
  if ((versions as readonly string[]).includes(version))
    return {
      message: `The file is written in ${version}; this kit reads ${apiVersion}.`,
      cure: `Run \`rollout migrate ${file}\`; it keeps comments and order.`,
    };
  const number = /^rollout\/v(\d+)/.exec(version)?.[1];
  if (number !== undefined && Number(number) > 1)
    return {
      message: `The file is written in ${version}, newer than this kit's ${apiVersion}.`,
      cure: "Update the kit.",
    };
  const near = nearest(version, versions);
  return {
    message: `${quote(version)} is not a version of this format.`,
    cure: near === undefined ? `Write ${apiVersion}.` : `Did you mean ${quote(apiVersion)}?`,
  };
}
