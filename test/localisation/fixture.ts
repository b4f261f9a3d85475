/** A small valid localisation file for tests to change, and a folder for files. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { formatProblem, type LoadOptions, LocalisationError, loadCountry } from "../../localisation/load.ts";

export const today = "2026-11-24";

export const validFile = `apiVersion: rollout/v1
country: KE
languages: [en, sw]
programme:
  name: { en: Workshops, sw: Karakana }
  operator: { name: Ministry of Industry, email: office@industry.go.ke }
  dataProtectionOfficer: { role: Data Protection Officer, name: A. Person, email: dpo@industry.go.ke }
  sectors: ["10", "14"]
  sizeBands:
    - { id: micro, name: { en: Micro, sw: Ndogo sana }, employees: { from: 0, to: 9 } }
    - { id: small, name: { en: Small, sw: Ndogo }, employees: { from: 10, to: 50 } }
  sizeBandsSource: https://law.go.ke/bands
  scale:
    now: { companies: 30, machines: 90 }
    inThreeYears: { companies: 500, machines: 2500 }
residency:
  laws:
    - id: dpa
      title: Data Protection Act
      citation: No. 24 of 2019
      url: https://law.go.ke/dpa
      articles: [{ article: "48", summary: Transfers. }, { article: "50", summary: Servers. }]
telemetry:
  holidays: []
  energy:
    tariff: { pricePerKilowattHour: 19, year: 2025, source: https://power.go.ke/tariff }
    emissionFactor: { kilogramsCarbonDioxidePerKilowattHour: 0.18, year: 2017, source: https://power.go.ke/grid }
`;

/** A folder that is removed when the test is over. */
export class Folder implements Disposable {
  readonly path = mkdtempSync(join(tmpdir(), "localisation-"));

  write(name: string, content: string | Uint8Array): string {
    const file = join(this.path, name);
    writeFileSync(file, content);
    return file;
  }

  [Symbol.dispose](): void {
    rmSync(this.path, { recursive: true, force: true });
  }
}

/** The problems of a text as lines, with `file` for the file's path; empty where it loads. */
export function problemsOf(
  content: string | Uint8Array,
  options: LoadOptions = {},
  name = "file.yaml",
): string[] {
  using folder = new Folder();
  const file = folder.write(name, content);
  try {
    loadCountry(file, { today, ...options });
    return [];
  } catch (error) {
    if (!(error instanceof LocalisationError)) throw error;
    return error.problems.map((problem) =>
      formatProblem({ ...problem, file: problem.file.replace(file, "file") }),
    );
  }
}

/** The warnings of a text that loads, in the same form. */
export function warningsOf(content: string, options: LoadOptions = {}, name = "file.yaml"): string[] {
  using folder = new Folder();
  const file = folder.write(name, content);
  return loadCountry(file, { today, ...options }).warnings.map((problem) =>
    formatProblem({ ...problem, file: problem.file.replace(file, "file") }),
  );
}

/** A file, the valid one where none is given, with one part replaced; the part must be in it. */
export function edited(part: string, by: string, file: string = validFile): string {
  if (!file.includes(part)) throw new Error(`The file does not hold ${JSON.stringify(part)}.`);
  return file.replace(part, () => by);
}
