/** The versions of the localisation file's format, oldest first. */

import { nearest } from "../../base/nearest.ts";
import { LocalisationError, quote } from "../problem.ts";
import type { LocatedDocument, LocatedNode } from "../read/document.ts";
import { apiVersion } from "../schema/country.ts";

const versions: readonly string[] = ["rollout/v1alpha1", apiVersion];

/** @throws LocalisationError where the file has another version than the present one. */
export function requireCurrentVersion(document: LocatedDocument): void {
  const node = document.root.entries.get("apiVersion");
  if (node?.kind !== "scalar" || node.value === apiVersion) return;
  const version = String(node.value);
  if (!versions.includes(version)) throw unknown(document, node, version);
  const message = `The file is written in ${version}; this kit reads ${apiVersion}.`;
  const remediation = `Run \`rollout migrate ${document.source.file}\`; it keeps comments and order.`;
  throw new LocalisationError([
    ...document.problems,
    document.problemAt(node, "value", message, remediation),
  ]);
}

/**
 * The version of a file.
 * @throws LocalisationError where it has none, or one that this kit doesn't know.
 */
export function requireKnownVersion(document: LocatedDocument): string {
  const node = document.root.entries.get("apiVersion");
  if (node === undefined)
    throw new LocalisationError([
      document.problemAt(
        document.root,
        "key",
        '"apiVersion" is missing.',
        `Add it, for example apiVersion: ${apiVersion}.`,
      ),
    ]);
  const version = node.kind === "scalar" ? String(node.value) : "";
  if (!versions.includes(version)) throw unknown(document, node, version);
  return version;
}

function unknown(document: LocatedDocument, node: LocatedNode, version: string): LocalisationError {
  const { message, remediation } = describe(version);
  return new LocalisationError([
    ...document.problems,
    document.problemAt(node, "value", message, remediation),
  ]);
}

function describe(version: string): { message: string; remediation: string } {
  const number = /^rollout\/v(\d+)/.exec(version)?.[1];
  if (number !== undefined && Number(number) > 1)
    return {
      message: `The file is written in ${version}, newer than this kit's ${apiVersion}.`,
      remediation: "Update the kit.",
    };
  const near = nearest(version, versions);
  return {
    message: `${quote(version)} is not a version of this format.`,
    remediation: near === undefined ? `Write ${apiVersion}.` : `Did you mean ${quote(apiVersion)}?`,
  };
}
