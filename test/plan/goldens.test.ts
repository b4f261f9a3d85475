/**
 * The plan of each country, as reviewers read it. A change of a component or a file shows as a difference of these files;
 * `npx vitest run test/plan/goldens.test.ts --update` writes them anew.
 */
import { readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { stringify } from "yaml";
import { loadCountry } from "../../localisation/load.ts";
import { manifestOf } from "../../plan/manifests.ts";
import { isManifest, kindOf, type Plan, type Properties, type Value } from "../../plan/plan.ts";
import { renderTree } from "../../plan/tree.ts";
import { planCountry } from "../../stacks/country-plan.ts";

const folder = fileURLToPath(new URL("../../countries/", import.meta.url));
const countries = readdirSync(folder)
  .filter((name) => /^[a-z]{2}\.yaml$/.test(name))
  .map((name) => name.slice(0, 2));

/** Texts of the localisation file and digests of them change with every translation, and say nothing about the plan. */
function steady(value: Value, key = ""): Value {
  if (Array.isArray(value)) return value.map((item) => steady(item));
  if (typeof value === "object" && value !== null)
    return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, steady(item, name)]));
  if (key === "rollout/configuration") return "(digest)";
  if (/^(country|catalogue-[A-Za-z-]+)\.json$/.test(key)) return "(of the localisation file)";
  return typeof value === "string"
    ? value.replace(/^(migration-[0-9-]+)-[0-9a-f]{10}$/, "$1-(digest)")
    : value;
}

/** Policies and settings that AWS takes as JSON in a text. */
function readable(properties: Properties): Properties {
  return Object.fromEntries(
    Object.entries(properties).map(([key, value]) => [
      key,
      typeof value === "string" && value.startsWith("{") ? (JSON.parse(value) as Value) : value,
    ]),
  );
}

function golden(plan: Plan): string {
  const objects = plan.resources
    // test/policies/goldens shows what the cluster refuses.
    .filter((resource) => !kindOf(resource).startsWith("ValidatingAdmissionPolicy"))
    .filter(
      (resource) =>
        isManifest(resource) || kindOf(resource) === "Release" || resource.type.startsWith("aws:"),
    )
    .map((resource) => {
      const { properties, type, name } = resource;
      const shown = isManifest(resource)
        ? manifestOf(resource)
        : kindOf(resource) === "Release"
          ? { kind: "Release", ...properties }
          : { type, name, ...readable(properties) };
      return stringify(steady(shown as Value), {
        lineWidth: 0,
        version: "1.1",
        aliasDuplicateObjects: false,
      });
    });
  const tree = renderTree(plan).replaceAll(/(migration-[0-9-]+)-[0-9a-f]{10}/g, "$1-(digest)");
  return `${tree
    .split("\n")
    .map((line) => `# ${line}`.trimEnd())
    .join("\n")}\n---\n${objects.join("---\n")}`;
}

test("every country with a cluster has a plan", () => expect(countries.length).toBeGreaterThanOrEqual(3));

test.each(countries)("the plan of %s", async (name) => {
  const loaded = loadCountry(`${folder}${name}.yaml`, { today: "2026-11-01" });
  for (const target of ["kubernetes", "aws"] as const) {
    if (loaded.country.hosting[target] === undefined) continue;
    // A release of the kit changes the image's version and nothing else.
    const plan = await planCountry(loaded, target, "0.0.0");
    await expect(golden(plan)).toMatchFileSnapshot(`goldens/${name}.${target}.yaml`);
  }
});
