/** The Helm chart of the kit's own countries, as `rollout export` writes it for each of them. */
import { join } from "node:path";
import { kitVersion, packageRoot } from "../../base/package-root.ts";
import { exportStack } from "../../delivery/export/export.ts";
import { loadCountry } from "../../localisation/load.ts";

/** A file that lists no holidays gets those of the day's year: the chart in the repository is of one day. */
const today = "2026-11-01";

/**
 * @returns text by file name within the chart's folder.
 * @throws Error when a file of the chart is not the same for all countries.
 */
export async function countryChart(): Promise<ReadonlyMap<string, string>> {
  const chart = new Map<string, string>();
  for (const country of ["br", "tr", "za"]) {
    const file = join(packageRoot, "countries", `${country}.yaml`);
    const loaded = loadCountry(file, { target: "kubernetes", today });
    const files = await exportStack(loaded, "helm", kitVersion());
    for (const [name, text] of files)
      if ((chart.get(name) ?? text) !== text) throw new Error(differs(name, country, chart.get(name)!, text));
      else chart.set(name, text);
  }
  return chart;
}

function differs(name: string, country: string, before: string, text: string): string {
  const others = before.split("\n");
  const line = text.split("\n").findIndex((found, index) => found !== others[index]);
  return `The chart for ${country} is not that of the countries before it: line ${line + 1} of ${name}. What depends on the country must be a value: see delivery/export/.`;
}
