/** Which backups a restore of a cluster looks for, and what it makes there: in the plan's zones, with the plan's protection. */
import { expect, test } from "vitest";
import { endOfWeek, weekOf } from "../../base/calendar.ts";
import { at } from "../../plan/plan.ts";
import { plannedSources } from "../../stacks/kubernetes/restore/planned-sources.ts";
import { objectsOf, planRestore } from "../../stacks/kubernetes/restore/restore-cluster.ts";
import { backupCandidates } from "../../stacks/kubernetes/restore/time-series-restore.ts";
import { changedCountry, containersOf, list, planChanged, planOnce, podsOf } from "../plan/planned.ts";

test.each([
  ["2026-01-01", "2026-W01"],
  ["2026-12-31", "2026-W53"],
  ["2027-01-03", "2026-W53"],
  ["2027-01-04", "2027-W01"],
  ["2024-12-30", "2025-W01"],
])("%s lies in the ISO week %s, and the week ends after it", (day, week) => {
  const date = new Date(`${day}T00:00:00Z`);
  expect(weekOf(date)).toBe(week);
  const end = endOfWeek(week);
  expect(new Date(end).getUTCDay()).toBe(1);
  expect(end - date.getTime()).toBeGreaterThan(0);
  expect(end - date.getTime()).toBeLessThanOrEqual(7 * 86_400_000);
});

test("the last daily backup that had begun is looked for first, then earlier ones over the week's border", () => {
  const daily = { hour: 0, minute: 30 };
  const first = (moment: string) => backupCandidates(new Date(moment), daily).slice(0, 4);
  expect(first("2026-11-23T12:00:00Z")).toEqual([
    "2026-W48/2026-11-23",
    "2026-W48/2026-11-23-full",
    "2026-W47/2026-11-22",
    "2026-W47/2026-11-22-full",
  ]);
  expect(first("2026-11-23T00:29:59Z")[0]).toBe("2026-W47/2026-11-22");
  expect(first("2026-11-23T00:30:00Z")[0]).toBe("2026-W48/2026-11-23");
});

test("a restore runs in the country's zones, without root, and reaches nothing that the daily backup doesn't", async () => {
  const loaded = changedCountry();
  const moment = new Date("2026-11-20T10:00:00Z");
  const { namespace } = loaded.country.hosting.kubernetes!;
  const sources = plannedSources(await planOnce(loaded, "kubernetes"));
  const objects = objectsOf(planRestore(loaded.country, namespace, sources, moment));
  expect(objects.map(({ kind }) => kind)).toEqual([
    "Certificate",
    "ConfigMap",
    "Job",
    "ObjectStore",
    "Cluster",
    "Job",
  ]);
  const daily = podsOf(await planChanged()).find(({ name }) => name === "time-series-backup")!;
  for (const job of objects.filter(({ kind }) => kind === "Job")) {
    const spec = at(job as never, "spec", "template", "spec")!;
    for (const field of [
      "affinity",
      "automountServiceAccountToken",
      "serviceAccountName",
      "topologySpreadConstraints",
    ])
      expect(at(spec, field), field).toEqual(at(daily.spec, field));
    expect(at(spec, "securityContext", "runAsNonRoot")).toBe(true);
    expect(list(at(spec, "initContainers"))).toEqual([]);
    for (const container of containersOf(spec)) {
      expect(at(container, "securityContext")).toEqual(at(containersOf(daily.spec)[0]!, "securityContext"));
      expect(String(at(container, "image"))).toMatch(/^registry\.example\.org\//);
    }
  }
  const recovery = objects.find(({ kind }) => kind === "Cluster");
  expect(recovery!.spec).toMatchObject({
    instances: 1,
    bootstrap: {
      recovery: { source: "relational-store", recoveryTarget: { targetTime: "2026-11-20T10:00:00.000Z" } },
    },
  });
  // It must not write into the archive that it reads, nor wait for a standby that it hasn't.
  expect(recovery!.spec).not.toHaveProperty("plugins");
  expect(recovery!.spec).not.toHaveProperty("postgresql.synchronous");
});

test("a restore reads the folder that the file names, also where the stack writes to another one by now", async () => {
  const sources = plannedSources(await planOnce(changedCountry(), "kubernetes"));
  const restoreFrom = (folder: string) => {
    const { country } = changedCountry((_, changed) => {
      changed.hosting.backup.destination!.folder = folder;
    });
    const objects = objectsOf(planRestore(country, "rollout", sources, undefined));
    const [timeSeries] = objects.filter(({ kind }) => kind === "Job");
    const archive = objects.find(({ kind }) => kind === "ObjectStore")!;
    const cluster = objects.find(({ kind }) => kind === "Cluster")!;
    expect(at(cluster as never, "spec", "externalClusters", 0, "plugin", "parameters")).toEqual({
      barmanObjectName: archive.metadata.name,
      serverName: "relational-store",
    });
    // Not that of the running cluster, which goes on archiving.
    expect(archive.metadata.name).not.toBe("relational-store-backups");
    const [container] = containersOf(at(timeSeries as never, "spec", "template", "spec")!);
    const variables = list(at(container!, "env")).map((variable) => [
      at(variable, "name"),
      at(variable, "value"),
    ]);
    return [
      at(archive as never, "spec", "configuration", "destinationPath"),
      ...variables.filter(([name]) => name === "BACKUP_FOLDER"),
    ];
  };
  expect(restoreFrom("za-base/rollout")).toEqual([
    "s3://backups/za-base/rollout/relational-store",
    ["BACKUP_FOLDER", "za-base/rollout/time-series-store"],
  ]);
  // Where versions that knew no folders wrote.
  expect(restoreFrom("/")).toEqual(["s3://backups/relational-store", ["BACKUP_FOLDER", "time-series-store"]]);
});
