/** What is generated for a cluster from the policies: its text as reviewers read it, and what it must never be. */
import { describe, expect, test } from "vitest";
import { stringify } from "yaml";
import type { Country } from "../../localisation/schema/country.ts";
import { portable } from "../../policies/cel/cel.ts";
import { admissionTypes, hasAdmission } from "../../policies/enforcement/admission/generate.ts";
import { typeToken } from "../../policies/resources/resource.ts";
import { policies } from "../../policies/rules/catalogue.ts";
import { stackAdmission } from "../../stacks/kubernetes/admission.ts";
import { exampleCountry, overlaid } from "./check-example.ts";

const place = { namespace: "rollout", mode: "enforce", storageClass: undefined } as const;
const manifests = (country: Country = exampleCountry, mode: "enforce" | "warn" | "off" = "enforce") =>
  stackAdmission({ country }, { ...place, mode });

// `npx vitest run test/policies/admission.test.ts --update` writes it again.
test("the example country's admission policies", async () => {
  const text = manifests().map((object) => stringify(object, { lineWidth: 0, aliasDuplicateObjects: false }));
  await expect(text.join("---\n")).toMatchFileSnapshot("./goldens/admission.yaml");
});

test("every covered policy is generated once, with a binding to the stack's namespace alone", () => {
  // Some ask for nothing before the file does.
  const silent = ["load-balancer-sources", "single-instance"];
  const expected = policies.filter(hasAdmission).map(({ id }) => id);
  const objects = manifests();
  const ids = objects
    .filter(({ kind }) => kind === "ValidatingAdmissionPolicy")
    .map(({ metadata }) => metadata.labels["rollout/policy"]);
  expect(ids).toEqual(expected.filter((id) => !silent.includes(id)));
  expect(ids.length).toBeGreaterThan(20);
  for (const { kind, metadata, spec } of objects) {
    expect(metadata.name).toMatch(/^rollout-[a-z-]{1,60}$/);
    if (kind === "ValidatingAdmissionPolicyBinding")
      expect(spec).toMatchObject({
        policyName: metadata.name,
        validationActions: ["Deny"],
        matchResources: {
          namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "rollout" } },
        },
      });
    else expect(spec).toMatchObject({ failurePolicy: "Fail" });
  }
});

test("a policy on kinds without a namespace checks only the stack's own objects", () => {
  const clusterWide = /^(PersistentVolume|StorageClass)$/;
  for (const { kind, metadata, spec } of manifests()) {
    if (kind !== "ValidatingAdmissionPolicy") continue;
    const policy = policies.find(({ id }) => id === metadata.labels["rollout/policy"]);
    if (policy === undefined || !hasAdmission(policy)) throw new Error(metadata.name);
    const isClusterWide = admissionTypes(policy).some((type) => clusterWide.test(typeToken(type).kind));
    expect(JSON.stringify(spec).includes('"of-the-stack"'), metadata.name).toBe(
      isClusterWide || admissionTypes(policy).some((type) => typeToken(type).kind === "Namespace"),
    );
  }
});

describe("the mode", () => {
  test("warn denies nothing", () => {
    const text = JSON.stringify(manifests(exampleCountry, "warn"));
    expect(text).not.toContain('"Deny"');
    expect(text).toContain('"Warn"');
  });
  test("off brings nothing", () => expect(manifests(exampleCountry, "off")).toEqual([]));
});

test("a text of the file stays a text of the expression", () => {
  const host = 'mail.example.gov.za" || true || "';
  const country = overlaid(exampleCountry, {
    residency: { endpoints: [{ ...exampleCountry.residency.endpoints[0], host }] },
  });
  expect(JSON.stringify(manifests(country))).toContain(JSON.stringify(JSON.stringify(host)).slice(1, -1));
});

test.each([/a(?!b)/, /(?<=a)b/, /(a)\1/])("%s is refused: RE2 has nothing like it", (pattern) => {
  expect(() => portable(pattern)).toThrow("RE2 has nothing like");
});
test.each([
  [/^a\/b$/i, "(?i)^a/b$"],
  [/^x{2,5000}$/m, "(?m)^x{2,}$"],
])("%s is %s for RE2", (pattern, expected) => expect(portable(pattern)).toBe(expected));
