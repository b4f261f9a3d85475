/** What a plan tells its team: each note stands where its cause does, and nowhere else. */
import { describe, expect, test } from "vitest";
import { imageNames } from "../../components/images.ts";
import type { Plan } from "../../plan/plan.ts";
import { planChanged } from "./planned.ts";

type Change = Parameters<typeof planChanged>[0];

const notesOf = ({ outputs }: Plan) => outputs.notes as readonly string[];
const pinned: Change = (cluster) => {
  cluster.imageDigests = Object.fromEntries(imageNames.map((name) => [name, `sha256:${"0".repeat(64)}`]));
};

test("a plan with everything named has no note", async () => {
  expect(notesOf(await planChanged(pinned))).toEqual([]);
});

describe("a note tells of", () => {
  test.each<[string, string, Change]>([
    ["no zone", "hosting.kubernetes.zones", (cluster) => (cluster.zones = [])],
    ["a zone whose failure stops the stack", "three zones survive it", (cluster) => cluster.zones.pop()],
    [
      "a storage class that the cluster chooses",
      "hosting.kubernetes.storageClass",
      (cluster) => delete cluster.storageClass,
    ],
    ["images from abroad", "hosting.kubernetes.registry", (cluster) => delete cluster.registry],
    ["images without digests", "hosting.kubernetes.imageDigests", (cluster) => (cluster.imageDigests = {})],
    ["no backup", "hosting.backup.destination", (_, country) => delete country.hosting.backup.destination],
    [
      "backups that network policies stop",
      "s3.example.org",
      (_, country) => (country.residency.endpoints = []),
    ],
    [
      "more messages than a broker cluster takes",
      "messages a second at the peak",
      (_, country) => (country.programme.scale.inThreeYears = { companies: 900_000, machines: 9_000_000 }),
    ],
  ])("%s", async (_what, words, change) => {
    const notes = notesOf(
      await planChanged((cluster, country) => {
        pinned(cluster, country);
        change?.(cluster, country);
      }),
    );
    expect(notes).toEqual([expect.stringContaining(words)]);
  });
});
