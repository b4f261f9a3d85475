/** The exported Kustomize base is the plan, and its example overlay changes what it says. */
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { findProgram } from "../../base/find-program.ts";
import { exportStack } from "../../delivery/export/export.ts";
import { writeManifests } from "../../plan/manifests.ts";
import { planCountry } from "../../stacks/country-plan.ts";
import { changedCountry } from "../plan/planned.ts";
import { variants } from "../plan/variants.ts";
import { folder, version } from "./helm.ts";
import { expectSame, parsed, planned } from "./rendered.ts";

describe.skipIf(findProgram("kubectl") === undefined)(
  "a Kustomize base (skipped where kubectl is not on PATH)",
  () => {
    test.each(Object.entries(variants))(
      "of a stack %s is the plan, and its overlay changes what it says",
      async (_, change) => {
        const loaded = changedCountry(change);
        const path = join(folder, `kustomize-${_.length}`);
        writeManifests(path, await exportStack(loaded, "kustomize", version));
        const kustomize = (part: string) =>
          parsed(execFileSync("kubectl", ["kustomize", join(path, part)], { encoding: "utf8" }));
        const plan = planned(await planCountry(loaded, "kubernetes", version));
        expectSame(kustomize("base"), plan);
        const overlay = kustomize("overlays/example");
        expect([...overlay.keys()].sort()).toEqual([...plan.keys()].sort());
        expect(JSON.stringify(overlay.get("Deployment diagnostic"))).toContain('"memory":"2Gi"');
      },
    );
  },
);
