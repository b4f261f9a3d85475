/** Tests that need nothing but Node.js; `CI_TESTS=1` takes those for a browser, root and long runs instead. */
import { availableParallelism } from "node:os";
import { configDefaults, defineConfig } from "vitest/config";
import { BaseSequencer, type TestSpecification } from "vitest/node";

const isLong = process.env.CI_TESTS === "1";
const long = "test/**/*.ci.test.ts";

/** These open stores and sockets, and start programs: they wait, and the rest computes. */
const withStores = [
  "test/{broker,data-path,diagnostic,durability,erasure,ingest,programs,simulator,stack,stores}/**/*.test.ts",
  "test/analytics/{agreement,analytics,period,queries,timeline}.test.ts",
  "test/components/clickhouse.test.ts",
];

/** What a process has loaded, compiled and planned serves all the files that it runs one after the other. */
const projects = isLong
  ? [{ name: "long", include: [long], exclude: [], isolate: true }]
  : [
      { name: "stores", include: withStores, exclude: [long], isolate: false },
      { name: "pure", include: ["test/**/*.test.ts"], exclude: [long, ...withStores], isolate: false },
    ];

/** On a fresh checkout Vitest starts the largest files first. These are small, and whatever starts last is waited for alone. */
const longest = [
  "durability/kill.ci.test.ts",
  "operations/local-backup.ci.test.ts",
  "install/install.ci.test.ts",
  "data-path/kills.ci.test.ts",
  "analytics/agreement.ci.test.ts",
  "programs/suites.ci.test.ts",
  "delivery/bundle.ci.test.ts",
  "diagnostic/browser.ci.test.ts",
  "simulator/simulator.test.ts",
  "stack/up.test.ts",
  "durability/kill.test.ts",
  "analytics/agreement.test.ts",
  "localisation/fuzz-structure.test.ts",
  "localisation/fuzz-text.test.ts",
];

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification) => {
      const place = longest.findIndex((name) => moduleId.endsWith(name));
      return place === -1 ? longest.length : place;
    };
    const byProject = Map.groupBy(await super.sort(files), ({ project }) => project.name);
    return [...byProject.values()].flatMap((ofProject) => ofProject.sort((a, b) => rank(a) - rank(b)));
  }
}

export default defineConfig({
  test: {
    pool: "forks",
    // Most objects of a test live short: a larger young generation saves a tenth of the time.
    execArgv: ["--max-semi-space-size=64"],
    // Many tests wait now and then. More processes than six would load the same modules again and again.
    maxWorkers: Math.min(availableParallelism() + 1, 6),
    sequence: { sequencer: LongestFirst },
    // Node.js runs the sources as it does for a user, so nothing is transformed.
    experimental: { viteModuleRunner: false, nodeLoader: false },
    // Only a hang ends here: on a busy machine everything takes many times longer.
    testTimeout: 240_000,
    hookTimeout: 240_000,
    projects: projects.map(({ exclude, ...project }) => ({
      extends: true,
      test: { ...project, exclude: [...configDefaults.exclude, ...exclude] },
    })),
  },
});
