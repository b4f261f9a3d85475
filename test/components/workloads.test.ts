/** What every pod and volume of a cluster must hold to: the country's zones, no privilege, the country's registry, an orderly end. */
import { beforeAll, describe, expect, test } from "vitest";
import { at, type Plan, type Value } from "../../plan/plan.ts";
import { containersOf, list, object, objectsOf, planChanged, podsOf } from "../plan/planned.ts";

let plan: Plan;
beforeAll(async () => {
  plan = await planChanged();
});

describe("every pod", () => {
  test("is held to the country's zones, and replicas stand in different ones", () => {
    const pods = podsOf(plan);
    expect(pods.length).toBeGreaterThanOrEqual(8);
    for (const { name, kind, spec } of pods) {
      const terms = at(
        spec,
        "affinity",
        "nodeAffinity",
        "requiredDuringSchedulingIgnoredDuringExecution",
        "nodeSelectorTerms",
      );
      expect(terms, name).toEqual([
        {
          matchExpressions: [
            { key: "topology.kubernetes.io/zone", operator: "In", values: ["zone-a", "zone-b", "zone-c"] },
          ],
        },
      ]);
      if (kind === "Job" || kind === "CronJob") continue;
      const overZones = list(at(spec, "topologySpreadConstraints")).find(
        (constraint) => at(constraint, "topologyKey") === "topology.kubernetes.io/zone",
      );
      expect(at(overZones, "whenUnsatisfiable"), name).toBe("DoNotSchedule");
    }
    const instances = at(object(plan, "Cluster", "relational-store").properties, "spec");
    expect(JSON.stringify(at(instances, "affinity", "nodeAffinity"))).toContain('"zone-a","zone-b","zone-c"');
  });

  test("spreads exactly its own replicas: the labels that are counted are on the pod", () => {
    for (const { name, metadata, spec } of podsOf(plan))
      for (const constraint of list(at(spec, "topologySpreadConstraints")))
        for (const [label, value] of Object.entries(at(constraint, "labelSelector", "matchLabels") as object))
          expect(at(metadata, "labels", label), `${name} ${label}`).toBe(value);
  });

  test("runs without root, privilege, a writable root or a token of the cluster's API", () => {
    for (const { name, spec } of podsOf(plan)) {
      expect(at(spec, "automountServiceAccountToken"), name).toBe(false);
      expect(at(spec, "hostNetwork"), name).toBeUndefined();
      expect(at(spec, "securityContext", "runAsNonRoot"), name).toBe(true);
      expect(Number(at(spec, "securityContext", "runAsUser")), name).toBeGreaterThan(0);
      for (const container of containersOf(spec)) {
        const context = at(container, "securityContext");
        // What a container says wins over its pod.
        expect(at(context, "runAsNonRoot") ?? true, name).toBe(true);
        expect(at(context, "runAsUser"), name).toBeUndefined();
        expect(at(context, "privileged") ?? false, name).toBe(false);
        expect(at(context, "allowPrivilegeEscalation"), name).toBe(false);
        expect(at(context, "readOnlyRootFilesystem"), name).toBe(true);
        expect(at(context, "capabilities", "drop"), name).toEqual(["ALL"]);
        expect(at(context, "capabilities", "add"), name).toBeUndefined();
        expect(at(context, "seccompProfile", "type"), name).toBe("RuntimeDefault");
        expect(at(container, "resources", "requests", "cpu"), name).toBeTruthy();
        expect(at(container, "resources", "limits", "memory"), name).toBeTruthy();
      }
      for (const volume of list(at(spec, "volumes"))) expect(at(volume, "hostPath"), name).toBeUndefined();
    }
  });

  test("takes its image from the country's registry, with a version", () => {
    const images = podsOf(plan).flatMap(({ spec }) =>
      containersOf(spec).map((container) => String(at(container, "image"))),
    );
    images.push(String(at(object(plan, "Cluster", "relational-store").properties, "spec", "imageName")));
    for (const image of images)
      expect(image).toMatch(/^registry\.example\.org\/[a-z0-9/-]+:[0-9][A-Za-z0-9.-]+$/);
  });

  test("mounts every volume that it names, and names every volume that it mounts", () => {
    for (const { name, kind, spec } of podsOf(plan)) {
      const claims =
        kind === "StatefulSet"
          ? list(at(object(plan, kind, name).properties, "spec", "volumeClaimTemplates")).map((claim) =>
              at(claim, "metadata", "name"),
            )
          : [];
      const volumes = [...list(at(spec, "volumes")).map((volume) => at(volume, "name")), ...claims].sort();
      const mounted = containersOf(spec).flatMap((container) =>
        list(at(container, "volumeMounts")).map((mount) => at(mount, "name")),
      );
      expect([...new Set(mounted)].sort(), name).toEqual(volumes);
    }
  });

  test("reads only ConfigMaps, Secrets and certificates that somebody makes", () => {
    const made = new Set<Value | undefined>([
      ...objectsOf(plan, "ConfigMap").map(({ properties }) => at(properties, "metadata", "name")),
      ...objectsOf(plan, "Secret").map(({ properties }) => at(properties, "metadata", "name")),
      ...objectsOf(plan, "Certificate").map(({ properties }) => at(properties, "spec", "secretName")),
      // By the PostgreSQL operator.
      "relational-store-app",
      "relational-store-ca",
      // By the country's team, as the file says.
      "backup-destination",
    ]);
    for (const { name, spec } of podsOf(plan)) {
      const used = [
        ...list(at(spec, "volumes")).flatMap((volume) => [
          at(volume, "configMap", "name"),
          at(volume, "secret", "secretName"),
        ]),
        ...containersOf(spec).flatMap((container) =>
          list(at(container, "env")).map((variable) => at(variable, "valueFrom", "secretKeyRef", "name")),
        ),
      ].filter((used) => used !== undefined);
      for (const source of used) expect(made.has(source), `${name} reads ${source}`).toBe(true);
    }
  });
});

describe("placement follows the file", () => {
  test("digests pin images, a pull secret logs in, node labels narrow the choice", async () => {
    const digest = `sha256:${"ab".repeat(32)}`;
    const pinned = await planChanged((cluster) => {
      cluster.imageDigests = { broker: digest };
      cluster.registryPullSecret = "registry-login";
      cluster.nodeSelector = { pool: "sme" };
    });
    const broker = at(object(pinned, "StatefulSet", "broker").properties, "spec", "template", "spec");
    expect(containersOf(broker ?? null).map((container) => at(container, "image"))).toEqual([
      `registry.example.org/library/rabbitmq:4.3.5@${digest}`,
      `registry.example.org/library/rabbitmq:4.3.5@${digest}`,
    ]);
    for (const { name, spec } of podsOf(pinned)) {
      expect(at(spec, "imagePullSecrets"), name).toEqual([{ name: "registry-login" }]);
      expect(at(spec, "nodeSelector"), name).toEqual({ pool: "sme" });
    }
    const instances = at(object(pinned, "Cluster", "relational-store").properties, "spec");
    expect(at(instances, "affinity", "nodeSelector")).toEqual({ pool: "sme" });
    expect(at(instances, "imagePullSecrets")).toEqual([{ name: "registry-login" }]);
  });

  test("every volume has the file's storage class", () => {
    const classes = [
      ...objectsOf(plan, "StatefulSet").flatMap(({ properties }) =>
        list(at(properties, "spec", "volumeClaimTemplates")).map((claim) =>
          at(claim, "spec", "storageClassName"),
        ),
      ),
      ...(["storage", "walStorage"] as const).map((volume) =>
        at(object(plan, "Cluster", "relational-store").properties, "spec", volume, "storageClass"),
      ),
    ];
    expect(classes).toEqual(classes.map(() => "encrypted"));
    expect(classes.length).toBeGreaterThanOrEqual(5);
  });

  test("with a storage driver the kit makes a class held to the zones, and every volume uses it", async () => {
    const own = await planChanged((cluster) => {
      delete cluster.storageClass;
      cluster.storageProvisioner = {
        name: "rbd.csi.ceph.com",
        parameters: { encrypted: "true" },
        zoneLabel: "topology.rbd.csi.ceph.com/zone",
      };
    });
    const storageClass = object(own, "StorageClass", "rollout-in-country").properties;
    expect(storageClass.allowedTopologies).toEqual([
      {
        matchLabelExpressions: [
          { key: "topology.rbd.csi.ceph.com/zone", values: ["zone-a", "zone-b", "zone-c"] },
        ],
      },
    ]);
    expect(storageClass.reclaimPolicy).toBe("Retain");
    expect(storageClass.volumeBindingMode).toBe("WaitForFirstConsumer");
    for (const { properties } of objectsOf(own, "StatefulSet"))
      for (const claim of list(at(properties, "spec", "volumeClaimTemplates")))
        expect(at(claim, "spec", "storageClassName")).toBe("rollout-in-country");
  });

  test("without zones nothing is held, and the plan says so", async () => {
    const anywhere = await planChanged((cluster) => {
      cluster.zones = [];
    });
    for (const { spec } of podsOf(anywhere)) expect(at(spec, "affinity")).toBeUndefined();
    expect(JSON.stringify(anywhere.outputs.notes)).toContain("No zone is named");
  });
});

describe("an orderly end", () => {
  test("no workload of several replicas may lose two at once", () => {
    const budgets = objectsOf(plan, "PodDisruptionBudget").map(({ properties }) => ({
      labels: at(properties, "spec", "selector", "matchLabels"),
      away: at(properties, "spec", "maxUnavailable"),
    }));
    for (const kind of ["StatefulSet", "Deployment"])
      for (const { name, properties } of objectsOf(plan, kind)) {
        const selector = at(properties, "spec", "selector", "matchLabels");
        const budget = budgets.find(({ labels }) => JSON.stringify(labels) === JSON.stringify(selector));
        expect(budget?.away, name).toBe(1);
      }
    expect(at(object(plan, "Cluster", "relational-store").properties, "spec", "enablePDB")).toBe(true);
  });

  test("every workload has time to finish, and its probes ask ports that it opens", () => {
    for (const { name, kind, spec } of podsOf(plan)) {
      if (kind === "Job" || kind === "CronJob") continue;
      expect(Number(at(spec, "terminationGracePeriodSeconds")), name).toBeGreaterThanOrEqual(60);
      const container = list(at(spec, "containers"))[0] ?? null;
      const open = list(at(container, "ports")).map((port) => at(port, "name"));
      for (const probe of ["readinessProbe", "livenessProbe"]) {
        expect(at(container, probe), `${name} ${probe}`).toBeDefined();
        for (const port of [
          at(container, probe, "httpGet", "port"),
          at(container, probe, "tcpSocket", "port"),
        ])
          if (port !== undefined) expect(open, name).toContain(port);
      }
    }
  });
});
