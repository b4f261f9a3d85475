/** A country's localisation file for a cluster of one small node: the reference file with an environment of the test's own. */
import { readFileSync, writeFileSync } from "node:fs";
import { parse, parseDocument } from "yaml";
import { countryFile } from "../plan/planned.ts";

export const environment = "training";

export interface TestCountry {
  /** Below `hosting.kubernetes.domain`, `mqtt.` stands for the broker. */
  readonly domain: string;
  readonly namespace: string;
}

/** Writes the file to `path`. Its backups have nowhere to go: no S3-compatible store runs on the test's cluster. */
export function writeTestCountry(path: string): TestCountry {
  const overlay = parse(readFileSync(new URL("./overlay.yaml", import.meta.url), "utf8")) as {
    hosting: { kubernetes: TestCountry };
  };
  const document = parseDocument(readFileSync(countryFile("za"), "utf8"));
  document.deleteIn(["hosting", "backup", "destination"]);
  document.setIn(["hosting", "environments", environment], document.createNode(overlay));
  writeFileSync(path, document.toString());
  const { domain, namespace } = overlay.hosting.kubernetes;
  return { domain, namespace };
}
