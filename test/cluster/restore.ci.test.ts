/**
 * `rollout restore` on a real cluster: the API server takes all that it makes, and a run stops the programs, waits for its
 * Jobs, migrates and starts the programs again; a Job that fails is told by its last line. The store itself is played by a
 * script here: what its statements do is shown on the engine (test/operations).
 */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { stringify } from "yaml";
import { ClusterClient } from "../../cluster/cluster-client.ts";
import { kubeconfigFiles } from "../../cluster/kubeconfig.ts";
import { loadCountry } from "../../localisation/load.ts";
import { planCountry } from "../../stacks/country-plan.ts";
import { runJob } from "../../stacks/kubernetes/restore/cluster-job.ts";
import { plannedSources } from "../../stacks/kubernetes/restore/planned-sources.ts";
import {
  objectsOf,
  planRestore,
  type RestoreSources,
  runRestore,
} from "../../stacks/kubernetes/restore/restore-cluster.ts";
import { type ChangeableCountry, countryFile } from "../plan/planned.ts";
import { installDefinitions, removeDefinitions } from "./definitions.ts";
import { kubectl, kubectlJson, noCluster, onCluster } from "./kubectl.ts";
import { installOperators } from "./operators.ts";
import { waitFor } from "./wait.ts";

const namespace = `restore-${process.pid}`;
const yaml = (objects: readonly object[]) =>
  objects.map((object) => stringify(object, { version: "1.1" })).join("---\n");

async function sources(): Promise<{ country: ChangeableCountry; planned: RestoreSources }> {
  const loaded = loadCountry(countryFile("za"), { today: "2026-11-01", target: "kubernetes" });
  const country = structuredClone(loaded.country) as ChangeableCountry;
  country.hosting.kubernetes!.namespace = namespace;
  country.hosting.kubernetes!.zones = [];
  const plan = await planCountry({ ...loaded, country }, "kubernetes", "9.9.9");
  return { country, planned: plannedSources(plan) };
}

describe.skipIf(noCluster !== undefined)(`A restore ${onCluster}`, () => {
  let definitions: string[] = [];
  let client: ClusterClient;
  beforeAll(async () => {
    definitions = await installDefinitions();
    client = ClusterClient.ofFiles(kubeconfigFiles(process.env));
    await kubectl(
      ["apply", "-f", "-"],
      yaml([
        {
          apiVersion: "v1",
          kind: "Namespace",
          metadata: { name: namespace, labels: { "pod-security.kubernetes.io/enforce": "restricted" } },
        },
        { apiVersion: "v1", kind: "ServiceAccount", metadata: { name: "workload", namespace } },
      ]),
    );
  }, 600_000);
  afterAll(async () => {
    client?.close();
    await kubectl(["delete", "namespace", namespace, "--ignore-not-found", "--timeout=300s"]);
    await removeDefinitions(definitions);
  }, 900_000);

  test("makes nothing that the API server or the Pod Security Standard refuses", async () => {
    const { country, planned } = await sources();
    const objects = objectsOf(planRestore(country, namespace, planned, new Date(Date.now() - 60_000)));
    expect(objects).toHaveLength(6);
    const said = await kubectl(
      ["apply", "--server-side", "--dry-run=server", "--validate=strict", "-f", "-"],
      yaml(objects),
    );
    expect(said.match(/serverside-applied/g)).toHaveLength(6);
    const pods = objects
      .filter(({ kind }) => kind === "Job")
      .map(({ metadata, spec }) => ({
        apiVersion: "v1",
        kind: "Pod",
        metadata: { name: metadata.name, namespace },
        spec: (spec as { template: { spec: object } }).template.spec,
      }));
    await kubectl(["create", "--dry-run=server", "--validate=strict", "-f", "-"], yaml(pods));
  }, 120_000);

  describe.skipIf(!process.env.CLUSTER_IMAGES)("with pods", () => {
    let country: ChangeableCountry;
    let played: RestoreSources;
    let image: string;

    /** A pod that starts on any of the images here, with the plan's protection. */
    const pod = (name: string, command: readonly string[]) => ({
      metadata: { labels: { "app.kubernetes.io/name": name } },
      spec: {
        restartPolicy: "Always",
        terminationGracePeriodSeconds: 1,
        securityContext: { runAsNonRoot: true, runAsUser: 26, seccompProfile: { type: "RuntimeDefault" } },
        containers: [
          {
            name,
            image,
            command,
            securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ["ALL"] } },
          },
        ],
      },
    });
    const playClient = (answer: string) =>
      kubectl(
        ["apply", "-f", "-"],
        yaml([
          {
            apiVersion: "v1",
            kind: "ConfigMap",
            metadata: { name: "tools", namespace },
            data: { "clickhouse-client": `#!/bin/sh\n${answer}\n` },
          },
        ]),
      );

    beforeAll(async () => {
      await installOperators();
      ({ country, planned: played } = await sources());
      image = played.postgres!.spec.imageName;
      const { backupJob, clientConfig } = structuredClone(played) as {
        backupJob: { spec: { jobTemplate: { spec: { template: { spec: Record<string, unknown> } } } } };
        clientConfig: string;
      };
      const { spec } = backupJob.spec.jobTemplate.spec.template;
      const [container] = (spec.initContainers ?? spec.containers) as Record<string, unknown>[];
      Object.assign(container!, {
        image,
        env: [{ name: "PATH", value: "/tools:/usr/bin:/bin" }],
        volumeMounts: [
          { name: "settings", mountPath: "/etc/clickhouse-client", readOnly: true },
          { name: "tools", mountPath: "/tools", readOnly: true },
          { name: "certificate", mountPath: "/run/certificates", readOnly: true },
        ],
      });
      Object.assign(spec, {
        containers: [container],
        initContainers: [],
        imagePullSecrets: [],
        volumes: [
          { name: "settings", configMap: { name: "any" } },
          { name: "tools", configMap: { name: "tools", defaultMode: 0o555 } },
          { name: "certificate", secret: { secretName: "any" } },
        ],
      });
      played = { backupJob, clientConfig } as unknown as RestoreSources;
      await kubectl(
        ["apply", "-f", "-"],
        yaml([
          ...["ingest", "analytics", "diagnostic"].map((name) => ({
            apiVersion: "apps/v1",
            kind: "Deployment",
            metadata: { name, namespace },
            spec: {
              replicas: name === "ingest" ? 2 : 1,
              selector: { matchLabels: { "app.kubernetes.io/name": name } },
              template: pod(name, ["sleep", "infinity"]),
            },
          })),
          // cert-manager makes the certificate, and leaves its Secret when it goes.
          {
            apiVersion: "cert-manager.io/v1",
            kind: "Issuer",
            metadata: { name: "internal-authority", namespace },
            spec: { selfSigned: {} },
          },
          {
            apiVersion: "batch/v1",
            kind: "Job",
            metadata: { name: "migration-1", namespace, labels: { "app.kubernetes.io/name": "migration" } },
            spec: {
              template: {
                ...pod("migration", ["true"]),
                spec: { ...pod("migration", ["true"]).spec, restartPolicy: "Never" },
              },
            },
          },
        ]),
      );
      for (const name of ["ingest", "analytics", "diagnostic"])
        await kubectl(["rollout", "status", "-n", namespace, `deployment/${name}`, "--timeout=300s"]);
    }, 600_000);

    const replicas = async () => {
      const { items } = await kubectlJson<{
        items: { metadata: { name: string }; spec: { replicas: number } }[];
      }>(["get", "deployments", "-n", namespace]);
      return Object.fromEntries(items.map(({ metadata, spec }) => [metadata.name, spec.replicas]));
    };
    const credentials = () =>
      kubectl(["get", "certificates,configmaps,secrets", "-n", namespace, "-o", "name"]);
    const run = async () => {
      const steps: string[] = [];
      const plan = planRestore(country, namespace, played, undefined);
      await runRestore({
        client,
        plan,
        step: async (title, action) => {
          let said = "";
          const result = await action((detail) => {
            said = detail;
          });
          steps.push(`${title}: ${said}`);
          return result;
        },
      });
      return steps;
    };

    test("a Job whose pod can't start says why while it waits", async () => {
      const job = planRestore(country, namespace, played, undefined).timeSeries;
      const told: string[] = [];
      const run = runJob(client, job, (detail) => told.push(detail));
      const ended = expect(run).rejects.toThrow(/not found/i);
      // Neither its certificate nor its settings are made; which of the two the cluster tells last is chance.
      await waitFor("the reason", async () =>
        expect(told.at(-1)).toMatch(/^Pod time-series-restore-\S+: .*(secret|configmap) "[^"]+" not found/),
      );
      await kubectl(["delete", "job", "-n", namespace, job.metadata.name]);
      await ended;
    }, 300_000);

    test("a Job that fails is told by its last line, and the programs stay stopped", async () => {
      await playClient('echo "Code: 210. Connection refused" >&2; exit 210');
      await expect(run()).rejects.toThrow(/The job time-series-restore-\d+ failed: .*Connection refused/);
      expect(await replicas()).toEqual({ ingest: 0, analytics: 0, diagnostic: 0 });
      expect(await credentials()).not.toContain("time-series-restore");
    }, 300_000);

    test("the next run goes on: the store comes back, the migration runs, the programs start as they were", async () => {
      await playClient('case "$*" in *EXISTS*) echo 0 ;; *count*) echo "Readings: 42" ;; esac');
      expect(await run()).toEqual([
        "Programs stop: ",
        "Time-series store: Readings: 42",
        "Migration: ",
        "Programs start: ",
      ]);
      expect(await replicas()).toEqual({ ingest: 2, analytics: 1, diagnostic: 1 });
      expect(await credentials()).not.toContain("time-series-restore");
    }, 300_000);
  });
});
