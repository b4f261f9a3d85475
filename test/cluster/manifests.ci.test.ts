/**
 * Every object of every country's plan is taken by a real API server, with the operators' definitions and without an
 * unknown field; every pod gets past the Pod Security Standard, the quota and the limits of the namespace. Nothing is left.
 */
import { readdirSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { stringify } from "yaml";
import { type LoadedCountry, loadCountry } from "../../localisation/load.ts";
import { manifestOf } from "../../plan/manifests.ts";
import { isManifest, kindOf, type Plan, type Properties } from "../../plan/plan.ts";
import { planCountry } from "../../stacks/country-plan.ts";
import { type ChangeableCountry, changedCountry, countryFile, podsOf } from "../plan/planned.ts";
import { variants } from "../plan/variants.ts";
import { installDefinitions, removeDefinitions } from "./definitions.ts";
import { kubectl, noCluster, onCluster } from "./kubectl.ts";

const namespace = `manifests-${process.pid}`;

const countries = readdirSync(new URL("../../countries/", import.meta.url))
  .filter((name) => /^[a-z]{2}\.yaml$/.test(name))
  .map((name) => name.slice(0, 2));

/** In a namespace of the test's own, whatever else runs on the cluster. */
function planned(loaded: LoadedCountry): Promise<Plan> | undefined {
  const country = structuredClone(loaded.country) as ChangeableCountry;
  if (country.hosting.kubernetes === undefined) return undefined;
  country.hosting.kubernetes.namespace = namespace;
  return planCountry({ ...loaded, country }, "kubernetes", "9.9.9");
}

const plans: [string, () => Promise<Plan> | undefined][] = [
  ...countries.map((name): [string, () => Promise<Plan> | undefined] => [
    `of ${name}`,
    () => planned(loadCountry(countryFile(name), { today: "2026-11-01" })),
  ]),
  ...Object.entries(variants).map(([name, change]): [string, () => Promise<Plan> | undefined] => [
    name,
    () => planned(changedCountry(change)),
  ]),
];

const yaml = (objects: readonly object[]) =>
  objects.map((object) => stringify(object, { version: "1.1" })).join("---\n");

/** What pods need before the API server would take one. */
const pillars = ["Namespace", "ServiceAccount", "ResourceQuota", "LimitRange"];

describe.skipIf(noCluster !== undefined)(`Plans ${onCluster}`, () => {
  let definitions: string[] = [];

  beforeAll(async () => {
    definitions = await installDefinitions();
  }, 600_000);

  afterAll(async () => {
    await kubectl(["delete", "namespace", namespace, "--ignore-not-found", "--timeout=300s"]);
    await removeDefinitions(definitions);
  }, 900_000);

  test.each(plans)(
    "%s: the API server takes each object and each pod",
    async (_, plan) => {
      const resources = await plan();
      if (resources === undefined) return;
      const objects = resources.resources
        .filter((resource) => isManifest(resource) && !["Provider", "Secret"].includes(kindOf(resource)))
        .map(manifestOf)
        // All others lie in it.
        .sort((a, b) => Number(b.kind === "Namespace") - Number(a.kind === "Namespace"));
      expect(objects.length).toBeGreaterThan(40);

      await kubectl(
        ["apply", "--server-side", "--force-conflicts", "--validate=strict", "-f", "-"],
        yaml(objects.filter(({ kind }) => pillars.includes(String(kind)))),
      );
      await kubectl(
        ["apply", "--server-side", "--force-conflicts", "--dry-run=server", "--validate=strict", "-f", "-"],
        yaml(objects),
      );

      const pods = podsOf(resources);
      expect(pods.length).toBeGreaterThan(4);
      // The quota counts from when its controller has seen it.
      await kubectl([
        "wait",
        "-n",
        namespace,
        "resourcequota/stack",
        "--for=jsonpath={.status.hard.pods}",
        "--timeout=120s",
      ]);
      await kubectl(
        ["create", "--dry-run=server", "--validate=strict", "-f", "-"],
        yaml(
          pods.map(({ name, metadata, spec }) => ({
            apiVersion: "v1",
            kind: "Pod",
            metadata: { ...(metadata as Properties), name: `${name}-pod`, namespace },
            // A StatefulSet gives its pods these.
            spec: withClaims(spec as Properties),
          })),
        ),
      );
    },
    600_000,
  );

  test("refuses what is wrong: an unknown field, a privileged pod, more than the quota", async () => {
    const container = {
      name: "a",
      image: "a",
      resources: { requests: { cpu: "1m", memory: "1Mi" }, limits: { memory: "1Mi" } },
    };
    const pod = (spec: object) =>
      kubectl(
        ["create", "--dry-run=server", "--validate=strict", "-f", "-"],
        yaml([{ apiVersion: "v1", kind: "Pod", metadata: { name: "wrong", namespace }, spec }]),
      );
    await expect(pod({ containers: [container], replicas: 3 })).rejects.toThrow(
      /unknown field "spec.replicas"/,
    );
    await expect(pod({ containers: [container] })).rejects.toThrow(/violates PodSecurity "restricted/);
    const restricted = {
      runAsNonRoot: true,
      allowPrivilegeEscalation: false,
      capabilities: { drop: ["ALL"] },
      seccompProfile: { type: "RuntimeDefault" },
    };
    await expect(
      pod({
        containers: [
          {
            ...container,
            securityContext: restricted,
            resources: { requests: { cpu: "9999", memory: "1Mi" }, limits: { memory: "1Mi" } },
          },
        ],
      }),
    ).rejects.toThrow(/exceeded quota/);
    await expect(
      kubectl(
        ["apply", "--server-side", "--dry-run=server", "--validate=strict", "-f", "-"],
        yaml([
          {
            apiVersion: "cert-manager.io/v1",
            kind: "Certificate",
            metadata: { name: "wrong", namespace },
            spec: { secretName: "a", issuerRef: { name: "a" }, lifetime: "1h" },
          },
        ]),
      ),
    ).rejects.toThrow(/lifetime/);
  });
});

/** A pod on its own has no claims from a template; volumes of the same names stand for them. */
function withClaims(spec: Properties): Properties {
  const text = JSON.stringify(spec);
  const named = new Set(
    [...text.matchAll(/"volumeMounts":\[(.*?)\]/g)].flatMap((mounts) =>
      [...(mounts[1] ?? "").matchAll(/"name":"([^"]+)"/g)].map(([, name]) => name),
    ),
  );
  const volumes = (spec.volumes ?? []) as { name: string }[];
  const missing = [...named].filter((name) => !volumes.some((volume) => volume.name === name));
  return {
    ...spec,
    volumes: [...volumes, ...missing.map((name) => ({ name: String(name), emptyDir: {} }))],
  } as Properties;
}
