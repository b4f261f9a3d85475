/** The sources' order: imports go down the table of layers, and an exported name means one thing in its layer. */
import { globSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { describe, expect, test } from "vitest";
import { packageRoot } from "../../base/package-root.ts";

/** What each folder may import, from the lowest to the highest. CONTRIBUTING.md draws it. */
const layers: Readonly<Record<string, readonly string[]>> = {
  base: [],
  localisation: ["base"],
  stores: ["base", "localisation"],
  components: ["base", "localisation"],
  apps: ["base", "localisation", "stores"],
  cluster: ["base"],
  plan: ["base", "localisation", "components"],
  policies: ["base", "localisation", "components", "plan", "cluster"],
  stacks: ["base", "localisation", "stores", "components", "apps", "cluster", "plan", "policies"],
  delivery: ["base", "localisation", "components", "plan", "stacks"],
  compliance: ["base", "localisation", "plan", "policies", "stacks"],
  cli: [
    ...["base", "localisation", "stores", "components", "apps", "cluster", "plan", "policies", "stacks"],
    ...["delivery", "compliance"],
  ],
};

const files = globSync(`{${Object.keys(layers).join(",")}}/**/*.ts`, { cwd: packageRoot }).filter(
  (file) => !file.includes("/generated/"),
);
const textOf = (file: string) => readFileSync(join(packageRoot, file), "utf8");

function importsOf(file: string): string[] {
  const found = textOf(file).matchAll(/(?:\bfrom|\bimport)\s*\(?\s*"(\.[^"]+)"/g);
  return [...found].map(([, specifier]) => normalize(join(dirname(file), specifier!)));
}

describe.each(Object.entries(layers))("%s/", (layer, below) => {
  const own = files.filter((file) => file.startsWith(`${layer}/`));

  test("imports nothing from above", () => {
    const foreign = own.flatMap((file) =>
      importsOf(file)
        .filter((target) => ![layer, ...below].includes(target.split("/", 1)[0]!))
        .map((target) => `${file} imports ${target}`),
    );
    expect(foreign).toEqual([]);
  });

  test("exports each name once", () => {
    const declared =
      /^export (?:async |abstract |declare )*(?:function\*?|const|class|interface|type|enum) (\w+)/gm;
    const names = own.flatMap((file) =>
      // A schema and the type that is made of it share their name.
      [...new Set([...textOf(file).matchAll(declared)].map(([, name]) => name!))]
        .filter((name) => layer !== "localisation" || !file.endsWith("schema/country.ts") || !isSchema(name))
        .map((name) => ({ name, file })),
    );
    const twice = [...Map.groupBy(names, ({ name }) => name)]
      .filter(([, places]) => places.length > 1)
      .map(([name, places]) => `${name}: ${places.map(({ file }) => file).join(", ")}`);
    expect(twice).toEqual([]);
  });
});

function isSchema(name: string): boolean {
  return new RegExp(`typeof ${name}Schema>`).test(textOf("localisation/schema/country.ts"));
}

test("CONTRIBUTING.md names each folder", () => {
  const text = textOf("CONTRIBUTING.md");
  for (const layer of Object.keys(layers)) expect(text).toContain(`\`${layer}/\``);
});
