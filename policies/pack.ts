/** Serves the catalogue to `pulumi preview --policy-pack`: loading this module starts the pack. */
import { PolicyPack } from "@pulumi/policy";
import { packPolicies } from "./enforcement/crossguard/pack-policies.ts";
import { keepMarkers } from "./enforcement/crossguard/request.ts";

// The Node.js process that started this one, and the engine with it, has ended.
process.on("disconnect", () => process.exit());
keepMarkers();
new PolicyPack("country-rollout-policies", {
  displayName: "Country rollout: data residency and security",
  description: "A country's data stays where its law says, and is protected.",
  tags: ["data-residency", "data-protection", "kubernetes", "aws"],
  policies: packPolicies(),
});
