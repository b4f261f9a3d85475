/** Tests that need nothing but Node.js; `CI_TESTS=1` takes those for a browser, root and long runs instead. */
import { configDefaults, defineConfig } from "vitest/config";

const long = "test/**/*.ci.test.ts";

/** These open stores and sockets, and start programs: they wait, and the rest computes. */
const withStores = [
  "test/{broker,data-path,diagnostic,durability,ingest,programs,simulator,stack,stores}/**/*.test.ts",
  "test/analytics/{agreement,analytics,queries,timeline}.test.ts",
  "test/components/clickhouse.test.ts",
];

/** What a process has loaded, compiled and planned serves all the files that it runs one after the other. */
const projects =
  process.env.CI_TESTS === "1"
    ? [{ name: "long", include: [long], exclude: [], isolate: true }]
    : [
        { name: "stores", include: withStores, exclude: [long], isolate: false },
        { name: "pure", include: ["test/**/*.test.ts"], exclude: [long, ...withStores], isolate: false },
      ];

export default defineConfig({
  test: {
    pool: "forks",
    maxWorkers: 2,
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
