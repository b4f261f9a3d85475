/** A country's localisation file for a cluster of one small node: the reference file with an environment of the test's own. */
import { readFileSync, writeFileSync } from "node:fs";
import { parse, parseDocument } from "yaml";
import { loadCountry } from "../../localisation/load.ts";
import type { Country } from "../../localisation/schema/country.ts";
import { countryFile } from "../plan/planned.ts";

export const environment = "training";

export type TestCluster = NonNullable<Country["hosting"]["kubernetes"]>;

/** Writes the file to `path`. Its backups have nowhere to go: no S3-compatible store runs on the test's cluster. */
export function writeTestCountry(
  path: string,
): Country & { readonly hosting: { readonly kubernetes: TestCluster } } {
  const overlay: unknown = parse(readFileSync(new URL("./overlay.yaml", import.meta.url), "utf8"));
  const document = parseDocument(readFileSync(countryFile("za"), "utf8"));
  document.deleteIn(["hosting", "backup", "destination"]);
  document.setIn(["hosting", "environments", environment], document.createNode(overlay));
  writeFileSync(path, document.toString());
  const { country } = loadCountry(path, { environment });
  const { kubernetes } = country.hosting;
  if (kubernetes === undefined) throw new Error(`${path} has no cluster.`);
  return { ...country, hosting: { ...country.hosting, kubernetes } };
}
