/** Tests that need nothing but Node.js; `CI_TESTS=1` takes those for a browser, root and long runs instead. */
import { configDefaults, defineConfig } from "vitest/config";

const forContinuousIntegration = "test/**/*.ci.test.ts";
const only = process.env.CI_TESTS === "1";

export default defineConfig({
  test: {
    include: [only ? forContinuousIntegration : "test/**/*.test.ts"],
    exclude: [...configDefaults.exclude, ...(only ? [] : [forContinuousIntegration])],
    // The time-series engine holds one data folder a process, so each file runs in its own.
    pool: "forks",
    isolate: true,
    maxWorkers: 2,
    // Only a hang ends here: on a busy machine everything takes many times longer.
    testTimeout: 240_000,
    hookTimeout: 240_000,
  },
});
