/** What the file says of the cluster on AWS reaches its namespace: who may connect, which images run, how much it may take. */
import { expect, test } from "vitest";
import { at } from "../../plan/plan.ts";
import { containersOf, list, object, objectsOf, podsOf } from "../plan/planned.ts";
import { planOnAws, texts } from "./planned.ts";

test("machines come from the file's addresses alone", async () => {
  const plan = await planOnAws((aws) => {
    aws.mqtt.allowedSources = ["196.0.0.0/8"];
  });
  const doors = objectsOf(plan, "Service").filter(
    ({ properties }) => at(properties, "spec", "type") === "LoadBalancer",
  );
  expect(doors.map(({ properties }) => texts(at(properties, "spec", "loadBalancerSourceRanges")))).toEqual([
    ["196.0.0.0/8"],
  ]);
  const anywhere = objectsOf(await planOnAws(), "Service").filter(
    ({ properties }) => at(properties, "spec", "loadBalancerSourceRanges") !== undefined,
  );
  expect(anywhere).toEqual([]);
});

test("images run by the file's digests", async () => {
  const digest = `sha256:${"ab".repeat(32)}`;
  const plan = await planOnAws((aws) => {
    aws.imageDigests = { "time-series-store": digest };
  });
  const images = podsOf(plan).flatMap(({ spec }) =>
    containersOf(spec).map((container) => String(at(container, "image"))),
  );
  const ofStore = images.filter((image) => image.includes("clickhouse-server"));
  expect(ofStore.length).toBeGreaterThan(0);
  for (const image of ofStore) expect(image).toMatch(new RegExp(`@${digest}$`));
});

test("the quota leaves out the relational store, which RDS runs", async () => {
  const pods = async (replicas: number) => {
    const plan = await planOnAws((_, country) => {
      country.hosting.sizes.relational.replicas = replicas;
    });
    return at(objectsOf(plan, "ResourceQuota")[0]!.properties, "spec", "hard");
  };
  expect(await pods(9)).toEqual(await pods(3));
});

test("alert rules are made where the file has a Prometheus operator, without those of a PostgreSQL in the cluster", async () => {
  const plan = await planOnAws((aws) => {
    aws.monitoring = "prometheus-operator";
  });
  const rules = list(at(object(plan, "PrometheusRule", "stack").properties, "spec", "groups", 0, "rules"));
  const names = rules.map((rule) => String(at(rule, "alert")));
  expect(names).toContain("TimeSeriesBackupLate");
  expect(names.filter((name) => name.startsWith("Relational"))).toEqual([]);
});
