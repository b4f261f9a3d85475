/** A country that the kit knows nothing of: the template's file, with a cluster of its own. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type LoadedCountry, loadCountry } from "../../localisation/load.ts";
import { countryFile } from "../plan/planned.ts";

const endpoints = `residency:
  endpoints:
    - { host: registry.sme.example.ke, purpose: image-registry, country: KE }
    - { host: s3.example.ke, purpose: backup, country: KE, dataClasses: [backups], addresses: [198.51.100.20/32], ports: [443] }
`;
const hosting = `
hosting:
  target: kubernetes
  kubernetes:
    namespace: sme
    zones: [nairobi-1, nairobi-2, nairobi-3]
    registry: registry.sme.example.ke
    domain: sme.example.ke
    tls: { issuer: secret, secretName: sme-certificate }
  backup:
    destination: { endpoint: "https://s3.example.ke", bucket: rollout-ke-backups, country: KE }
`;

export function fourthCountry(): LoadedCountry {
  const folder = mkdtempSync(join(tmpdir(), "rollout-fourth-"));
  const file = join(folder, "ke.yaml");
  const template = readFileSync(countryFile("template"), "utf8");
  try {
    writeFileSync(file, `${template.replace("residency:\n", endpoints)}${hosting}`);
    return loadCountry(file, { target: "kubernetes", today: "2026-11-01" });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
