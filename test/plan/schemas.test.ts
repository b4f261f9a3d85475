/** Every object of the plan is valid by the published schemas of Kubernetes, cert-manager, the Gateway API and the Prometheus operator. */
import { describe, expect, test } from "vitest";
import { manifestOf } from "../../plan/manifests.ts";
import { at, isManifest, kindOf, type Plan } from "../../plan/plan.ts";
import { planChanged } from "./planned.ts";
import { variants } from "./variants.ts";

type Model = new (data: object) => { validate(): void };

/** Groups whose kinds have published models. CloudNativePG and its plugin publish none: `cloudnative-pg.ts` types them. */
const packages: readonly [group: RegExp, module: (apiVersion: string) => string][] = [
  [/^v1$/, () => "kubernetes-models/v1"],
  [
    /^(apps|batch|autoscaling|policy)\/|\.k8s\.io\/v1$/,
    (apiVersion) =>
      apiVersion.startsWith("gateway.")
        ? `@kubernetes-models/gateway-api/${apiVersion}`
        : `kubernetes-models/${apiVersion}`,
  ],
  [/^cert-manager\.io\//, (apiVersion) => `@kubernetes-models/cert-manager/${apiVersion}`],
  [/^monitoring\.coreos\.com\//, (apiVersion) => `@kubernetes-models/prometheus-operator/${apiVersion}`],
];
const withoutModel = /^(postgresql|barmancloud)\.cnpg\.io\//;

async function modelOf(apiVersion: string, kind: string): Promise<Model | undefined> {
  if (withoutModel.test(apiVersion)) return undefined;
  const found = packages.find(([group]) => group.test(apiVersion));
  if (found === undefined) throw new Error(`No schema is known for ${apiVersion} ${kind}.`);
  const module = (await import(found[1](apiVersion))) as Record<string, Model>;
  const model = module[kind];
  if (model === undefined) throw new Error(`${apiVersion} has no ${kind}.`);
  return model;
}

async function validate(plan: Plan): Promise<number> {
  let count = 0;
  for (const resource of plan.resources.filter(isManifest)) {
    if (kindOf(resource) === "Secret") continue;
    const manifest = manifestOf(resource);
    const model = await modelOf(String(manifest.apiVersion), String(manifest.kind));
    if (model === undefined) continue;
    expect(() => new model(manifest).validate(), `${manifest.kind} ${resource.name}`).not.toThrow();
    count += 1;
  }
  return count;
}

describe("the plan's objects", () => {
  test.each(Object.entries(variants))("are valid %s", async (_, change) => {
    expect(await validate(await planChanged(change))).toBeGreaterThan(40);
  });

  test("a broken object would be found", async () => {
    const plan = await planChanged();
    const broken = plan.resources.map((resource) =>
      kindOf(resource) === "StatefulSet"
        ? { ...resource, properties: { ...resource.properties, spec: { replicas: "three" } } }
        : resource,
    );
    await expect(validate({ ...plan, resources: broken })).rejects.toThrow();
  });
});

test("names and label values keep to Kubernetes' rules, which no schema holds", async () => {
  const plan = await planChanged((_, country) => {
    country.programme.scale.inThreeYears = { companies: 200_000, machines: 1_000_000 };
  });
  for (const { properties, name } of plan.resources.filter(isManifest)) {
    const objectName = String(at(properties, "metadata", "name"));
    expect(objectName, name).toMatch(/^[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?$/);
    // A StatefulSet's pods carry its name with a number in a label.
    if (properties.kind === "StatefulSet") expect(objectName.length, name).toBeLessThan(50);
    if (properties.kind === "Service") expect(objectName, name).toMatch(/^[a-z]([-a-z0-9]{0,61}[a-z0-9])?$/);
    for (const [key, value] of Object.entries((at(properties, "metadata", "labels") ?? {}) as object))
      expect(String(value), `${name} ${key}`).toMatch(/^([A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)?$/);
    // etcd takes no larger object.
    expect(JSON.stringify(properties).length, name).toBeLessThan(1_000_000);
    for (const pod of [at(properties, "spec", "template", "spec")])
      for (const port of JSON.stringify(pod ?? {}).matchAll(/"containerPort":\d+,"name":"([^"]+)"/g))
        expect(port[1]?.length, name).toBeLessThanOrEqual(15);
  }
});
