/**
 * From `rollout/v1alpha1`, the first draft of the format, to `rollout/v1`: names became the terms of the field, and
 * sectors became text, since ISIC divisions below 10 start with a zero.
 */
import type { Migration } from "./migration.ts";

export const fromFirstDraft: Migration = {
  from: "rollout/v1alpha1",
  to: "rollout/v1",
  renames: [
    { path: ["timeZone"], to: "timezone" },
    { path: ["currencyCode"], to: "currency" },
    { path: ["programme", "officer"], to: "dataProtectionOfficer" },
    { path: ["programme", "expected"], to: "scale" },
    { path: ["programme", "expected", "later"], to: "inThreeYears" },
    { path: ["residency", "classes"], to: "dataClasses" },
    { path: ["residency", "classes", "*", "locations"], to: "restsIn" },
    { path: ["residency", "classes", "*", "export"], to: "crossBorder" },
    { path: ["residency", "waivers", "*", "expires"], to: "until" },
    { path: ["hosting", "kind"], to: "target" },
    { path: ["aggregates", "minimum"], to: "minimumCount" },
  ],
  replacements: [
    { path: ["apiVersion"], replace: () => "rollout/v1" },
    { path: ["hosting", "kind"], replace: (value) => (value === "k8s" ? "kubernetes" : undefined) },
    {
      path: ["programme", "sectors", "*"],
      replace: (value, typed) => (typeof value === "number" ? JSON.stringify(typed) : undefined),
    },
  ],
};
