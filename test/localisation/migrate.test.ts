/** Older files are brought up to date in place, and nothing but the changed words changes. */
import { spawn } from "node:child_process";
import { chmodSync, readdirSync, readFileSync, statSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { packageRoot } from "../../base/package-root.ts";
import { LocalisationError } from "../../localisation/load.ts";
import { migrateFile } from "../../localisation/migrations/migrate.ts";
import { Folder, problemsOf, validFile } from "./fixture.ts";

/** The valid file as the first draft of the format had it, with comments and spacing that must stay. */
const firstDraft = `# A file of the first draft.
apiVersion: "rollout/v1alpha1"   # quoted

country: KE
"timeZone":   Africa/Nairobi # on one line
currencyCode: KES
languages: [ en,sw ]
programme:
  name: { en: Workshops, sw: Karakana }
  operator: { name: Ministry of Industry, email: office@industry.go.ke }
  officer: { role: Data Protection Officer, name: A. Person, email: dpo@industry.go.ke }
  sectors:
    - 10      # food
    - "14"
  sizeBands: &bands
    - { id: micro, name: { en: Micro, sw: Ndogo sana }, employees: { from: 0, to: 50 } }
  sizeBandsSource: https://law.go.ke/bands

  # They size the stack.
  expected:
    now: { companies: 30, machines: 90 }
    later: { companies: 500, machines: 2500 }
residency:
  classes:
    # Nothing leaves.
    identity: { locations: [KE], export: { transfer: forbidden }, articles: ["dpa:48"] }
  laws:
    - id: dpa
      title: >-
        Data
        Protection Act
      citation: No. 24 of 2019
      url: https://law.go.ke/dpa
      articles: [{ article: "48", summary: Transfers. }]
  waivers:
    - { id: gateway, policy: endpoint-abroad, resource: mail, why: It is being replaced., who: A. Person, expires: 2027-06-30 }
hosting:
  kind: local
  kubernetes: { domain: sme.go.ke }
  environments:
    production: { hosting: { kind: k8s }, aggregates: { minimum: 10 } }
telemetry:
  holidays: []
  energy:
    tariff: { pricePerKilowattHour: 19, year: 2025, source: https://power.go.ke/tariff }
    emissionFactor: { kilogramsCarbonDioxidePerKilowattHour: 0.18, year: 2017, source: https://power.go.ke/grid }
aggregates: { minimum: 5 }
`;

const migrated = [
  ['"rollout/v1alpha1"', "rollout/v1"],
  ['"timeZone":', "timezone:"],
  ["currencyCode:", "currency:"],
  ["officer:", "dataProtectionOfficer:"],
  ["- 10 ", '- "10" '],
  ["expected:", "scale:"],
  ["later:", "inThreeYears:"],
  ["classes:", "dataClasses:"],
  ["locations:", "restsIn:"],
  ["export:", "crossBorder:"],
  ["expires:", "until:"],
  ["kind: local", "target: local"],
  ["kind: k8s", "target: kubernetes"],
  ["minimum: 10", "minimumCount: 10"],
  ["minimum: 5", "minimumCount: 5"],
].reduce((text, [from = "", to = ""]) => text.replace(from, to), firstDraft);

describe("migrating", () => {
  test("the loader sends an old file here", () => {
    expect(problemsOf(firstDraft)[0]).toMatch(
      /^file:2:13 {2}apiVersion: The file is written in rollout\/v1alpha1; this kit reads rollout\/v1\. Run `rollout migrate .*`; it keeps comments and order\.$/,
    );
  });

  test("changes the renamed words and nothing else, and the file then loads", () => {
    using folder = new Folder();
    const file = folder.write("ke.yaml", firstDraft);
    const result = migrateFile(file);
    expect(readFileSync(file, "utf8")).toBe(migrated);
    expect(problemsOf(migrated)).toEqual([]);
    expect(result).toMatchObject({ from: "rollout/v1alpha1", to: "rollout/v1" });
    expect(result.changes).toHaveLength(16);
    expect(result.changes[1]).toEqual({ line: 5, message: "timeZone is now timezone." });
    expect(result.changes.at(-2)).toEqual({
      line: 41,
      message: "hosting.environments.production.aggregates.minimum is now minimumCount.",
    });
  });

  test("keeps a byte order mark and Windows line ends", () => {
    using folder = new Folder();
    const file = folder.write("ke.yaml", `\uFEFF${firstDraft.replaceAll("\n", "\r\n")}`);
    migrateFile(file);
    expect(readFileSync(file, "utf8")).toBe(`\uFEFF${migrated.replaceAll("\n", "\r\n")}`);
  });

  test("leaves a file of the present version alone, byte by byte", () => {
    using folder = new Folder();
    const file = folder.write("ke.yaml", validFile);
    const before = statSync(file);
    expect(migrateFile(file)).toMatchObject({ from: "rollout/v1", to: "rollout/v1", changes: [] });
    expect(statSync(file)).toMatchObject({ ino: before.ino, mtimeMs: before.mtimeMs });
  });

  test("can tell what it would do without doing it", () => {
    using folder = new Folder();
    const file = folder.write("ke.yaml", firstDraft);
    expect(migrateFile(file, { write: false }).changes).toHaveLength(16);
    expect(readFileSync(file, "utf8")).toBe(firstDraft);
  });

  test("keeps the file's permissions and a link to it, and leaves no other file", () => {
    using folder = new Folder();
    const file = folder.write("ke.yaml", firstDraft);
    chmodSync(file, 0o640);
    const link = join(folder.path, "link.yaml");
    symlinkSync(file, link);
    migrateFile(link);
    expect(readFileSync(file, "utf8")).toBe(migrated);
    expect(statSync(file).mode & 0o777).toBe(0o640);
    expect(readdirSync(folder.path).toSorted()).toEqual(["ke.yaml", "link.yaml"]);
  });

  test.each([
    [
      "an old and a new name side by side",
      `${firstDraft}currency: USD\n`,
      /:6:1 {2}currencyCode: "currencyCode" would become "currency", which also exists\. Keep one of the two\.$/,
    ],
    [
      "a newer version",
      firstDraft.replace('"rollout/v1alpha1"', "rollout/v7"),
      /newer than this kit's rollout\/v1\. Update the kit\.$/,
    ],
    ["no version", firstDraft.replace(/apiVersion.*\n/, ""), /"apiVersion" is missing\. Add it/],
    ["a duplicate key", `${firstDraft}country: ZA\n`, /The key "country" is a duplicate\./],
    ["broken YAML", `${firstDraft}a: [\n`, /A bracket is not closed/],
  ])("refuses %s and leaves the file as it was", (_, content, line) => {
    using folder = new Folder();
    const file = folder.write("ke.yaml", content);
    expect(() => migrateFile(file)).toThrow(LocalisationError);
    expect(() => migrateFile(file)).toThrow(line);
    expect(readFileSync(file, "utf8")).toBe(content);
    expect(readdirSync(folder.path)).toEqual(["ke.yaml"]);
  });

  test("a file that can't be replaced stays, and the reason is said", () => {
    using folder = new Folder();
    // Its temporary neighbour's name would be too long for the file system.
    const file = folder.write(`${"k".repeat(245)}.yaml`, firstDraft);
    expect(() => migrateFile(file)).toThrow(
      /The file can't be rewritten \(ENAMETOOLONG\)\. Allow this user to write in /,
    );
    expect(readFileSync(file, "utf8")).toBe(firstDraft);
    expect(readdirSync(folder.path)).toHaveLength(1);
  });

  test("a reader never sees half a file, however often it looks", { timeout: 60_000 }, async () => {
    using folder = new Folder();
    const file = folder.write("ke.yaml", firstDraft);
    const program = `
      import { renameSync, writeFileSync } from "node:fs";
      import { migrateFile } from ${JSON.stringify(join(packageRoot, "localisation/migrations/migrate.ts"))};
      const [file, old] = process.argv.slice(1);
      for (let round = 0; round < 200; round += 1) {
        writeFileSync(file + ".new", old);
        renameSync(file + ".new", file);
        migrateFile(file);
      }`;
    const child = spawn(process.execPath, ["--input-type=module", "-e", program, file, firstDraft], {
      stdio: "inherit",
    });
    const ended = new Promise<number | null>((resolve) => child.on("exit", resolve));
    const seen = new Set<string>();
    while (child.exitCode === null) {
      seen.add(readFileSync(file, "utf8"));
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(await ended).toBe(0);
    seen.add(readFileSync(file, "utf8"));
    expect([...seen].filter((text) => text !== firstDraft && text !== migrated)).toEqual([]);
    expect(seen).toContain(migrated);
  });
});
