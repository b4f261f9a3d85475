/** The target has the settings that it needs, and they are consistent. */
import type { Rule } from "../check/examination.ts";
import { clusterTargets } from "../schema/hosting.ts";
import { otherRegions } from "./cloud-regions.ts";

export const targetHasItsSettings: Rule = (examination) => {
  const target = examination.read("hosting", "target");
  if (target === undefined || target === "local" || !examination.isValid(["hosting", target])) return;
  if (examination.draft.hosting[target] !== undefined) return;
  const country = examination.read("country");
  const impossible = target === "aws" && country !== undefined ? otherRegions(examination) : "";
  examination.report(
    ["hosting", "target"],
    `The target ${target} needs settings under hosting.${target}.`,
    impossible.includes("has no region") ? impossible : `Add hosting.${target} with at least domain: ….`,
  );
};

export const certificatesHaveASource: Rule = (examination) => {
  for (const target of clusterTargets) {
    const tls = examination.read("hosting", target, "tls");
    if (tls?.issuer === "acme" && tls.acmeServer === undefined)
      examination.report(
        ["hosting", target, "tls"],
        '"acmeServer" is missing: issuer acme needs the address of the authority.',
        "Add acmeServer with the directory's address, or use issuer: own-ca.",
        "key",
      );
    if (tls !== undefined && tls.issuer !== "acme" && tls.acmeServer !== undefined)
      examination.warn(
        ["hosting", target, "tls", "acmeServer"],
        `It has no effect with issuer ${tls.issuer}.`,
        "Remove it.",
        "key",
      );
  }
};

export const stateHasAPlace: Rule = (examination) => {
  const state = examination.read("hosting", "state");
  if (state === undefined) return;
  const at = ["hosting", "state"];
  if (state.backend === "bucket" && (state.url === undefined || state.country === undefined)) {
    const missing = [
      state.url === undefined ? "url" : "",
      state.country === undefined ? "country" : "",
    ].filter(Boolean);
    examination.report(
      at,
      `The bucket needs ${missing.join(" and ")}.`,
      `Add ${missing.map((key) => `${key}: …`).join(", ")}.`,
      "key",
    );
  }
  if (state.secrets === "aws-kms" && state.key === undefined)
    examination.report(
      at,
      "Secrets under aws-kms need a key.",
      "Add key: alias/…, or use secrets: passphrase.",
      "key",
    );
};

export const storageIsChosenOnce: Rule = (examination) => {
  const kubernetes = examination.read("hosting", "kubernetes");
  if (kubernetes?.storageClass !== undefined && kubernetes.storageProvisioner !== undefined)
    examination.report(
      ["hosting", "kubernetes", "storageProvisioner"],
      "With storageProvisioner the kit makes its own storage class, and storageClass names another.",
      "Keep one of the two.",
      "key",
    );
};

export const replicasAreInOrder: Rule = (examination) => {
  for (const part of ["ingest", "analytics", "diagnostic"] as const) {
    const size = examination.read("hosting", "sizes", part);
    if (
      size?.minimumReplicas !== undefined &&
      size.maximumReplicas !== undefined &&
      size.minimumReplicas > size.maximumReplicas
    )
      examination.report(
        ["hosting", "sizes", part, "minimumReplicas"],
        `It is more than maximumReplicas (${size.maximumReplicas}).`,
        "Swap the two.",
      );
  }
};

/** An overlay can't change the country of the file. */
const notForOverlays = [["apiVersion"], ["country"], ["hosting", "environments"]];

export const overlaysLeaveTheCountryAlone: Rule = (examination) => {
  for (const [name, overlay] of Object.entries(examination.read("hosting", "environments") ?? {}))
    for (const path of notForOverlays)
      if (
        path.reduce<unknown>(
          (value, key) => (value as Record<string, unknown> | undefined)?.[key],
          overlay,
        ) !== undefined
      )
        examination.report(
          ["hosting", "environments", name, ...path],
          `An environment can't change ${path.join(".")}.`,
          "Remove it; write another file for another country.",
          "key",
        );
};
