/** The exported chart on a real cluster: random secrets are made once, and a release is installed, upgraded and uninstalled. */
import { execFileSync, spawnSync } from "node:child_process";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { findProgram } from "../../base/find-program.ts";
import { installDefinitions, removeDefinitions } from "../cluster/definitions.ts";
import { changedCountry } from "../plan/planned.ts";
import { chart, helm, rendered, valuesOf } from "./helm.ts";

describe.skipIf(process.env.KUBECONFIG === undefined || findProgram("helm") === undefined)(
  "a chart on a cluster (skipped where KUBECONFIG names none, or helm is not on PATH)",
  () => {
    const namespace = `export-${process.pid}`;
    const kubectl = (...parameters: string[]) => execFileSync("kubectl", parameters, { encoding: "utf8" });
    let definitions: string[] = [];
    beforeAll(async () => {
      definitions = await installDefinitions();
    }, 600_000);
    afterAll(async () => {
      kubectl("delete", "namespace", namespace, "--ignore-not-found", "--wait=false");
      await removeDefinitions(definitions);
    }, 600_000);

    test("Helm makes random secrets once and keeps what is there", async () => {
      const path = await chart(changedCountry());
      const secrets = () =>
        [...rendered(path, { namespace }, "--dry-run=server").values()].filter(
          ({ kind }) => kind === "Secret",
        );
      const first = secrets();
      const second = secrets();
      expect(first.map(({ metadata }) => metadata.name).sort()).toEqual([
        "broker-management",
        "broker-secrets",
        "time-series-secrets",
      ]);
      for (const [index, secret] of first.entries())
        for (const [key, value] of Object.entries(secret.data ?? {})) {
          const text = Buffer.from(value, "base64").toString("utf8");
          expect(text, key).toMatch(key === "backup-key" ? /^[A-Za-z0-9+/]{43}=$/ : /^[A-Za-z0-9]{48}$/);
          expect(second[index]?.data?.[key], key).not.toBe(value);
        }
      kubectl("create", "namespace", namespace);
      kubectl(
        "-n",
        namespace,
        "create",
        "secret",
        "generic",
        "time-series-secrets",
        "--from-literal=backup-key=kept",
      );
      const third = secrets().find(({ metadata }) => metadata.name === "time-series-secrets");
      expect(Buffer.from(third?.data?.["backup-key"] ?? "", "base64").toString()).toBe("kept");
      // What an older version did not have is added.
      expect(third?.data?.["cluster-secret"]).toMatch(/.{64}/);
    });

    // With room for no pod: what runs in them is for the tests of the whole stack.
    test("is installed as its README says, upgraded and uninstalled, which keeps namespace and secrets", async () => {
      const path = await chart(changedCountry());
      const release = `${namespace}-release`;
      const install = (domain: string) => {
        const quota = { pods: 0, persistentvolumeclaims: 0 };
        const values = valuesOf(path, { namespace: release, domain, quota });
        helm("upgrade", "--install", "stack", path, "--namespace", release, "--take-ownership", ...values);
      };
      const names = (kind: string) =>
        kubectl("-n", release, "get", kind, "-o", "name").trim().split("\n").filter(Boolean);
      const secrets = () =>
        kubectl(
          "-n",
          release,
          "get",
          "secret",
          "broker-management",
          "broker-secrets",
          "time-series-secrets",
          "-o",
          "jsonpath={.items[*].data}",
        );
      try {
        kubectl("create", "namespace", release);
        install("pages.example.org");
        const [firstJob] = names("jobs");
        const firstSecrets = secrets();
        expect(names("certificates.cert-manager.io").length).toBeGreaterThan(5);
        const labels = kubectl("get", "namespace", release, "-o", "jsonpath={.metadata.labels}");
        expect(JSON.parse(labels)).toMatchObject({ "pod-security.kubernetes.io/enforce": "restricted" });
        install("pages.other.example.org");
        expect(names("jobs")).toHaveLength(1);
        expect(names("jobs")).not.toContain(firstJob);
        expect(secrets()).toBe(firstSecrets);
        helm("uninstall", "stack", "--namespace", release);
        expect(secrets()).toBe(firstSecrets);
        expect(names("statefulsets")).toEqual([]);
      } finally {
        // Policies of admission are the cluster's, not the namespace's.
        spawnSync("helm", ["uninstall", "stack", "--namespace", release, "--ignore-not-found"]);
        kubectl("delete", "namespace", release, "--ignore-not-found", "--wait=false");
      }
    });
  },
);
