/** The Helm charts of the kit's own countries, as `rollout export` writes them. */
import { join } from "node:path";
import { kitVersion, packageRoot } from "../../base/package-root.ts";
import { exportStack } from "../../delivery/export/export.ts";
import { loadCountry } from "../../localisation/load.ts";

/** A file that lists no holidays gets those of the day's year: the charts in the repository are of one day. */
const today = "2026-11-01";

/** @returns text by file name within the chart's folder. */
export function chartOf(country: string): () => Promise<ReadonlyMap<string, string>> {
  return () =>
    exportStack(
      loadCountry(join(packageRoot, "countries", `${country}.yaml`), { target: "kubernetes", today }),
      "helm",
      kitVersion(),
    );
}
