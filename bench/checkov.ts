/**
 * `node bench/checkov.ts [checkov]`: the same manifests through Checkov and through these policies. For each policy
 * on Kubernetes: does the tool distinguish its failing sample from its passing one? A tool that finds the same in both does
 * not see what is wrong. And how long each takes for all of them, with the start of its process. The samples are this kit's
 * own: what else Checkov looks for is not counted, and where the two samples are of different kinds it may report a difference
 * without seeing what is wrong.
 */
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { packageRoot } from "../base/package-root.ts";
import { policies } from "../policies/rules/catalogue.ts";

const checkov = process.argv[2] ?? "checkov";
if (spawnSync(checkov, ["--version"]).error !== undefined) {
  console.error(`${checkov} is not installed. Install it by \`pip install checkov\`, or give its path.`);
  process.exit(3);
}

const folder = mkdtempSync(join(tmpdir(), "checkov-"));
const samples = policies.flatMap(({ id, area, examples }) => {
  const [passing] = examples.passing.filter(({ manifests, country }) => manifests && !country);
  const [failing] = examples.failing.filter(({ manifests, country }) => manifests && !country);
  return passing && failing ? [{ id, area, passing: passing.manifests, failing: failing.manifests }] : [];
});
for (const kind of ["passing", "failing"] as const) {
  mkdirSync(join(folder, kind));
  for (const sample of samples) writeFileSync(join(folder, kind, `${sample.id}.yaml`), sample[kind] ?? "");
}

/** Rules that failed, by the sample's id. */
type Failed = ReadonlyMap<string, ReadonlySet<string>>;

function byFile(rows: readonly { readonly file: string; readonly rule: string }[]): Failed {
  const found = new Map<string, Set<string>>();
  for (const { file, rule } of rows) {
    const id = basename(file, ".yaml");
    found.set(id, (found.get(id) ?? new Set()).add(rule));
  }
  return found;
}

interface CheckovReport {
  readonly results?: {
    readonly failed_checks: readonly { readonly check_id: string; readonly file_path: string }[];
  };
}

const checkovOptions = "--framework kubernetes -o json --quiet --compact --skip-download".split(" ");

function runCheckov(kind: string): Failed {
  const { stdout } = spawnSync(checkov, ["-d", join(folder, kind), ...checkovOptions], {
    encoding: "utf8",
    maxBuffer: 1e9,
  });
  const report = JSON.parse(stdout) as CheckovReport | CheckovReport[];
  const failed = [report].flat().flatMap(({ results }) => results?.failed_checks ?? []);
  return byFile(failed.map(({ check_id, file_path }) => ({ file: file_path, rule: check_id })));
}

interface OwnReport {
  readonly findings: readonly { readonly policy: string; readonly source?: { readonly file: string } }[];
}

function runOwn(kind: string): Failed {
  // Each sample is a stack of its own: together they would close each other's namespaces.
  const rows = samples.flatMap(({ id }) => {
    const file = join(folder, kind, `${id}.yaml`);
    return check(file)
      .findings.filter(({ policy }) => policy === id)
      .map(({ policy }) => ({ file, rule: policy }));
  });
  return byFile(rows);
}

const kit = join(packageRoot, "cli", "bin.mjs");
const country = join(packageRoot, "policies", "example-country.yaml");

function check(path: string): OwnReport {
  const { stdout } = spawnSync(process.execPath, [kit, "check", country, "--manifests", path, "--json"], {
    encoding: "utf8",
    maxBuffer: 1e9,
  });
  return JSON.parse(stdout) as OwnReport;
}

const seconds = (run: () => unknown): number => {
  const started = performance.now();
  run();
  return Number(((performance.now() - started) / 1000).toFixed(1));
};

function newRules(before: Failed, after: Failed, id: string): string[] {
  return [...(after.get(id) ?? [])].filter((rule) => !before.get(id)?.has(rule));
}

let theirs: readonly [Failed, Failed] = [new Map(), new Map()];
const checkovSeconds = seconds(() => {
  theirs = [runCheckov("passing"), runCheckov("failing")];
});
const ownSeconds = seconds(() => ["passing", "failing"].map((kind) => check(join(folder, kind))));
const own = [runOwn("passing"), runOwn("failing")] as const;
const rows = samples.map(({ id, area }) => ({
  area,
  policy: id,
  rollout: newRules(own[0], own[1], id).length > 0 ? "sees it" : "-",
  checkov: newRules(theirs[0], theirs[1], id).join(" ") || "-",
}));
rmSync(folder, { recursive: true, force: true });
console.table(rows);
const count = (tool: "rollout" | "checkov") => rows.filter((row) => row[tool] !== "-").length;
console.log(
  `${rows.length} samples: rollout sees ${count("rollout")} in ${ownSeconds} s, Checkov ${count("checkov")} in ${checkovSeconds} s.`,
);
