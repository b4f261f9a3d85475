/** The walls around the stack: all closed but the flows that it needs, and those lead where they should. */
import { beforeAll, describe, expect, test } from "vitest";
import { at, type Plan, shownName, type Value } from "../../plan/plan.ts";
import { list, object, objectsOf, planChanged, podsOf } from "../plan/planned.ts";

let plan: Plan;
beforeAll(async () => {
  plan = await planChanged();
});

/** Whether a policy lets a peer in or out on a port. */
function lets(
  policy: Value,
  direction: "ingress" | "egress",
  peer: (peer: Value) => boolean,
  port: number,
): boolean {
  return list(at(policy, "spec", direction)).some(
    (rule) =>
      list(at(rule, direction === "ingress" ? "from" : "to")).some(peer) &&
      list(at(rule, "ports")).some((open) => at(open, "port") === port),
  );
}

const policy = (name: string, of: Plan = plan) => object(of, "NetworkPolicy", name).properties;
const isPart = (part: string) => (peer: Value) =>
  at(peer, "podSelector", "matchLabels", "app.kubernetes.io/name") === part;
const isRange = (cidr: string) => (peer: Value) => at(peer, "ipBlock", "cidr") === cidr;

test("the namespace takes only pods that meet the restricted standard", () => {
  const labels = at(object(plan, "Namespace", "rollout").properties, "metadata", "labels");
  expect(at(labels, "pod-security.kubernetes.io/enforce")).toBe("restricted");
});

test("everything is closed both ways before anything is opened", () => {
  expect(policy("closed").spec).toEqual({ podSelector: {}, policyTypes: ["Ingress", "Egress"] });
});

test("every flow between parts is open at both of its ends, on the same port", () => {
  const inside = objectsOf(plan, "NetworkPolicy").flatMap(({ properties }) => {
    const name = String(at(properties, "metadata", "name"));
    return list(at(properties, "spec", "egress")).flatMap((rule) =>
      list(at(rule, "to")).flatMap((peer) => {
        const to = at(peer, "podSelector", "matchLabels", "app.kubernetes.io/name");
        return to === undefined
          ? []
          : list(at(rule, "ports")).map((port) => ({
              from: name,
              to: String(to),
              port: Number(at(port, "port")),
            }));
      }),
    );
  });
  // What an auditor reads: nothing else goes between parts.
  expect(inside.map(({ from, to, port }) => `${from} > ${to}:${port}`).sort()).toEqual([
    "analytics > relational-store:5432",
    "analytics > time-series-store:8443",
    "broker > broker:25672",
    "broker > broker:4369",
    "broker > diagnostic:8444",
    "diagnostic > broker:15671",
    "diagnostic > relational-store:5432",
    "diagnostic > time-series-store:8443",
    "ingest > broker:5671",
    "ingest > relational-store:5432",
    "ingest > time-series-store:8443",
    "keeper > keeper:9234",
    "migration > relational-store:5432",
    "migration > time-series-store:8443",
    "relational-store > relational-store:5432",
    "relational-store > relational-store:8000",
    "time-series-backup > time-series-store:9440",
    "time-series-store > keeper:9281",
    "time-series-store > time-series-store:9010",
    "time-series-store > time-series-store:9440",
  ]);
  for (const { from, to, port } of inside)
    expect(lets(policy(to), "ingress", isPart(from), port), `${from} to ${to}:${port}`).toBe(true);
});

test("every open port is one that a pod of the part listens on", () => {
  for (const { name, spec, metadata } of podsOf(plan)) {
    const part = String(at(metadata, "labels", "app.kubernetes.io/name"));
    const open = new Set(
      list(at(spec, "containers")).flatMap((container) =>
        list(at(container, "ports")).map((port) => at(port, "containerPort")),
      ),
    );
    const rules = objectsOf(plan, "NetworkPolicy").some(
      ({ properties }) => at(properties, "metadata", "name") === part,
    )
      ? list(at(policy(part), "spec", "ingress"))
      : [];
    for (const rule of rules)
      for (const port of list(at(rule, "ports")))
        expect(open.has(at(port, "port")), `${name}:${at(port, "port")}`).toBe(true);
  }
});

describe("ways out", () => {
  test("lead to the file's endpoints only, and only from the parts that use them", () => {
    const outward = objectsOf(plan, "NetworkPolicy").flatMap(({ properties }) =>
      list(at(properties, "spec", "egress")).flatMap((rule) =>
        list(at(rule, "to")).flatMap((peer) => {
          const cidr = at(peer, "ipBlock", "cidr");
          return cidr === undefined ? [] : [`${at(properties, "metadata", "name")} ${cidr}`];
        }),
      ),
    );
    expect(outward.sort()).toEqual([
      // The cluster's name cache on each node.
      "names 169.254.20.10/32",
      "relational-store 10.0.0.0/8",
      "relational-store 172.16.0.0/12",
      "relational-store 192.168.0.0/16",
      "relational-store 198.51.100.20/32",
      "time-series-backup 198.51.100.20/32",
      "time-series-store 198.51.100.20/32",
    ]);
    for (const { properties } of objectsOf(plan, "NetworkPolicy"))
      for (const rule of list(at(properties, "spec", "egress"))) {
        expect(list(at(rule, "to")).length).toBeGreaterThan(0);
        expect(list(at(rule, "ports")).length).toBeGreaterThan(0);
      }
  });

  test("an endpoint without addresses, or for the nodes alone, opens nothing, and the plan says what that stops", async () => {
    const closed = await planChanged((_, country) => {
      const [backup] = country.residency.endpoints;
      if (backup !== undefined) backup.addresses = [];
      country.residency.endpoints.push({
        host: "registry.example.org",
        addresses: ["203.0.113.9/32"],
        ports: [443],
        purpose: "image-registry",
        country: "ZA",
        dataClasses: [],
      });
    });
    for (const { name, properties } of objectsOf(closed, "NetworkPolicy"))
      for (const rule of list(at(properties, "spec", "egress"))) {
        const to = list(at(rule, "to"));
        // Without a peer, or with every address, a rule lets out everything.
        expect(to.length, name).toBeGreaterThan(0);
        expect(JSON.stringify(to), name).not.toMatch(
          /203\.0\.113\.9|198\.51\.100\.20|"0\.0\.0\.0\/0"|"::\/0"/,
        );
      }
    expect(JSON.stringify(closed.outputs.notes)).toContain("give the addresses of s3.example.org");
  });
});

describe("ways in", () => {
  test("machines come from the file's address ranges, by MQTT over TLS alone", async () => {
    const held = await planChanged((cluster) => {
      cluster.mqtt.allowedSources = ["196.0.0.0/8"];
    });
    for (const anywhere of ["0.0.0.0/0", "::/0"])
      expect(lets(policy("broker"), "ingress", isRange(anywhere), 8883)).toBe(true);
    expect(lets(policy("broker", held), "ingress", isRange("196.0.0.0/8"), 8883)).toBe(true);
    expect(JSON.stringify(policy("broker", held))).not.toContain("0.0.0.0/0");
    const door = object(held, "Service", "broker-machines").properties;
    expect(at(door, "spec", "loadBalancerSourceRanges")).toEqual(["196.0.0.0/8"]);
    expect(list(at(door, "spec", "ports")).map((port) => at(port, "port"))).toEqual([8883]);
  });

  test("only the broker's door is open to the outside", () => {
    const outside = objectsOf(plan, "Service").filter(
      ({ properties }) =>
        !["ClusterIP", undefined].includes(at(properties, "spec", "type") as string | undefined),
    );
    expect(outside.map(shownName)).toEqual(["broker-machines"]);
    expect(JSON.stringify(objectsOf(plan, "Service"))).not.toContain("externalIPs");
  });

  test("the gateway's and monitoring's namespaces are the only ones let in where the file names them", async () => {
    const named = await planChanged((cluster) => {
      cluster.gateway.namespace = "edge";
      cluster.monitoringNamespace = "watch";
    });
    const selectors = objectsOf(named, "NetworkPolicy").flatMap(({ properties }) =>
      list(at(properties, "spec", "ingress")).flatMap((rule) =>
        list(at(rule, "from")).flatMap((peer) => {
          const selector = at(peer, "namespaceSelector");
          return selector === undefined
            ? []
            : [String(at(selector, "matchLabels", "kubernetes.io/metadata.name"))];
        }),
      ),
    );
    expect([...new Set(selectors)].sort()).toEqual(["cnpg-system", "edge", "watch"]);
  });

  test("the web app believes the gateway's address of a client only where nothing else reaches it", async () => {
    for (const namespace of ["edge", undefined]) {
      const changed = await planChanged((cluster) => {
        cluster.gateway = { kind: "ingress", ...(namespace !== undefined && { namespace }) };
      });
      const connections = at(
        object(changed, "ConfigMap", "connections").properties,
        "data",
        "connections.json",
      );
      expect(JSON.parse(String(connections)).web.onlyFromGateway).toBe(namespace !== undefined);
      const anyPod = (peer: Value) => JSON.stringify(at(peer, "namespaceSelector")) === "{}";
      expect(lets(policy("diagnostic", changed), "ingress", anyPod, 8443)).toBe(namespace === undefined);
    }
  });
});

test("the quota holds the stack at its largest, with its upgrade", () => {
  const hard = at(object(plan, "ResourceQuota", "stack").properties, "spec", "hard");
  const gibibytes = (quantity: Value | undefined) => Number.parseInt(String(quantity), 10);
  const volumes = objectsOf(plan, "StatefulSet").flatMap(({ properties }) =>
    list(at(properties, "spec", "volumeClaimTemplates")).map(
      (claim) =>
        Number(at(properties, "spec", "replicas")) *
        gibibytes(at(claim, "spec", "resources", "requests", "storage")),
    ),
  );
  const spec = at(object(plan, "Cluster", "relational-store").properties, "spec");
  const relational =
    Number(at(spec, "instances")) *
    (gibibytes(at(spec, "storage", "size")) + gibibytes(at(spec, "walStorage", "size")));
  const wanted = volumes.reduce((total, volume) => total + volume, relational);
  expect(gibibytes(at(hard, "requests.storage"))).toBeGreaterThanOrEqual(wanted);
  expect(gibibytes(at(hard, "requests.storage"))).toBeLessThan(2 * wanted);
});
