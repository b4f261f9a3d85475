/** `branding.logo`: the text of the SVG is loaded with the country. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { loadCountry } from "../../localisation/load.ts";

test("a logo is read with the file; a missing one is a problem", () => {
  const folder = mkdtempSync(join(tmpdir(), "logo-"));
  const file = join(folder, "za.yaml");
  const text = readFileSync("countries/za.yaml", "utf8");
  writeFileSync(file, text.replace("branding:\n", "branding:\n  logo: logos/za.svg\n"));
  expect(() => loadCountry(file)).toThrow(/logos\/za\.svg/);
  mkdirSync(join(folder, "logos"));
  writeFileSync(join(folder, "logos", "za.svg"), "<svg/>");
  expect(loadCountry(file).logo).toBe("<svg/>");
  expect(loadCountry("countries/za.yaml").logo).toBeUndefined();
  rmSync(folder, { recursive: true });
});
