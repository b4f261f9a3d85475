/** A real API server refuses what the check refuses, and nothing else, by what is generated from the policies. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { KubernetesObject } from "../../cluster/cluster-client.ts";
import { loadCountry } from "../../localisation/load.ts";
import {
  admissionManifests,
  admissionTypes,
  hasAdmission,
} from "../../policies/enforcement/admission/generate.ts";
import { PolicyContext } from "../../policies/engine/context.ts";
import { type Example, violationsOf } from "../../policies/engine/policy.ts";
import { ownClasses } from "../../policies/engine/storage-classes.ts";
import { liveResource } from "../../policies/inputs/live.ts";
import { parseManifests } from "../../policies/inputs/manifests.ts";
import { plannedResources } from "../../policies/inputs/planned.ts";
import { type Resource, typeKey } from "../../policies/resources/resource.ts";
import { objectName, ResourceSet } from "../../policies/resources/resource-set.ts";
import { policies } from "../../policies/rules/catalogue.ts";
import { planCountry } from "../../stacks/country-plan.ts";
import { installDefinitions, removeDefinitions } from "../cluster/definitions.ts";
import { kubectl, noCluster, onCluster } from "../cluster/kubectl.ts";
import { countryFile } from "../plan/planned.ts";
import { ApiServer, type ClusterObject } from "./api-server.ts";
import { exampleCountry, exampleToday, overlaid } from "./check-example.ts";
import { completeObject } from "./complete-object.ts";
import { label, namespaceObject as labelledNamespace, putInForce } from "./in-force.ts";
import { clusterMutations } from "./mutants.ts";

const part = `admission-${process.pid}`;

const covered = policies.filter(hasAdmission);

interface Trial {
  readonly says: string;
  readonly policy: (typeof covered)[number];
  readonly namespace: string;
  readonly objects: readonly ClusterObject[];
  readonly context: PolicyContext;
}

/** Every example of the covered policies, each in a namespace of its own. */
function trials(): Trial[] {
  return covered.flatMap((policy) => {
    const all: readonly (readonly [string, Example])[] = [
      ...policy.examples.failing.map((example, index) => [`failing ${index + 1}`, example] as const),
      ...policy.examples.passing.map((example, index) => [`passing ${index + 1}`, example] as const),
    ];
    return all
      .filter(([, { manifests }]) => manifests !== undefined)
      .map(([says, example], index) => {
        const namespace = `${part}-${covered.indexOf(policy)}-${index}`;
        const objects = parseManifests(example.manifests ?? "", "example.yaml").map(({ properties }) =>
          completeObject(properties as unknown as ClusterObject, namespace),
        );
        return { says, policy, namespace, objects, context: contextOf(example, objects) };
      });
  });
}

const resourcesOf = (objects: readonly ClusterObject[]): Resource[] =>
  parseManifests(JSON.stringify({ apiVersion: "v1", kind: "List", items: objects }), "objects.json");

function contextOf({ country, environment, today }: Example, objects: readonly ClusterObject[]) {
  return new PolicyContext({
    country: overlaid(exampleCountry, country ?? {}),
    ...(environment !== undefined && { environment }),
    today: today ?? exampleToday,
    resources: new ResourceSet(resourcesOf(objects), { kind: "manifests", description: "the example" }),
  });
}

/** What the check finds in one of the objects. */
function violations({ policy, context }: Trial, object: ClusterObject): boolean {
  const [resource] = resourcesOf([object]);
  return isRefused(policy, resource as Resource, context);
}

/** Whether the check finds something that the cluster refuses too. */
const isRefused = (policy: (typeof covered)[number], resource: Resource, context: PolicyContext): boolean =>
  violationsOf(policy.check(resource, context)).some(
    (violation) => policy.admission.lets?.(violation) !== true,
  );

const isSelected = ({ policy }: Trial, object: ClusterObject): boolean => {
  const [resource] = resourcesOf([object]);
  return admissionTypes(policy).some((type) => typeKey(type) === typeKey(resource?.type ?? ""));
};

const namespaceObject = (name: string) => labelledNamespace(name, part);

describe.skipIf(noCluster !== undefined)(`Admission ${onCluster}`, () => {
  let server: ApiServer;
  let definitions: string[] = [];
  const all = trials();

  beforeAll(async () => {
    server = new ApiServer();
    definitions = await installDefinitions();
    for (const { namespace, objects } of all) {
      await server.create(namespaceObject(namespace));
      for (const name of new Set(objects.map(({ spec }) => spec?.serviceAccountName)))
        if (name !== undefined)
          await server.create({ apiVersion: "v1", kind: "ServiceAccount", metadata: { name, namespace } });
    }
    const manifests = all.flatMap(({ policy, context, namespace }) =>
      admissionManifests([policy], context, { namespace, mode: "enforce" }),
    );
    await putInForce(server, manifests as unknown as ClusterObject[], part, part);
  }, 900_000);

  afterAll(async () => {
    server.client.close();
    for (const kind of ["validatingadmissionpolicybindings", "validatingadmissionpolicies", "namespaces"])
      await kubectl(["delete", kind, "-l", `${label}=${part}`, "--wait=false"]);
    await removeDefinitions(definitions);
  }, 900_000);

  describe.each(covered.map((policy) => [policy.id, policy] as const))("%s", (_, policy) => {
    const own = all.filter((trial) => trial.policy === policy);
    test.each(own.map((trial) => [trial.says, trial] as const))(
      "example %s: the same verdict",
      async (_says, trial) => {
        for (const object of trial.objects) {
          const known = await server.client.resourceOf(object.apiVersion, object.kind);
          // A kind that the cluster does not know cannot be tried.
          if (known === undefined) continue;
          const { refusedBy, error } = await server.tryOut(object);
          const expected = isSelected(trial, object) && violations(trial, object);
          // The server itself refuses some, and so do operators' webhooks.
          if ((expected && error !== undefined) || error?.startsWith("admission webhook")) continue;
          expect(error, "the example itself is wrong").toBeUndefined();
          expect({ object: object.metadata.name, refused: refusedBy.length > 0 }).toEqual({
            object: object.metadata.name,
            refused: expected,
          });
        }
      },
    );
  });

  describe("What is stored gets the verdict of what was planned:", () => {
    const plain = `${part}-plain`;
    const onClusters = policies.filter((policy) => policy.scope === "resource");

    beforeAll(async () => {
      await server.create(namespaceObject(plain));
      await server.create({
        apiVersion: "v1",
        kind: "ServiceAccount",
        metadata: { name: "operator", namespace: plain },
      });
    });

    test.each(onClusters.map((policy) => [policy.id, policy] as const))("%s", async (_, policy) => {
      for (const example of [...policy.examples.failing, ...policy.examples.passing]) {
        const objects = parseManifests(example.manifests ?? "", "example.yaml").map(({ properties }) =>
          completeObject(properties as unknown as ClusterObject, plain),
        );
        const context = contextOf(example, objects);
        for (const object of objects) {
          // Only the cluster itself writes a status.
          if (object.status !== undefined) continue;
          if ((await server.client.resourceOf(object.apiVersion, object.kind)) === undefined) continue;
          const { stored } = await server.tryOut(object);
          if (stored === undefined) continue;
          const [planned] = resourcesOf([object]);
          const live = liveResource(stored as unknown as KubernetesObject);
          const failed = (resource: Resource) => {
            if (!policy.types.some((type) => type === "*" || typeKey(type) === typeKey(resource.type)))
              return false;
            return violationsOf(policy.check(resource, context)).length > 0;
          };
          expect([live.name, failed(live)]).toEqual([planned?.name, failed(planned as Resource)]);
        }
      }
    });
  });

  describe("A namespace that is closed", () => {
    const namespace = `${part}-closed`;
    const inNamespace = ["-n", namespace];
    const service = (name: string): ClusterObject => ({
      apiVersion: "v1",
      kind: "Service",
      metadata: { name, namespace },
      spec: { type: "ExternalName", externalName: "db.example.com" },
    });
    const waiver = (resource: string, until: string) => ({
      id: resource,
      policy: "external-name",
      resource: `${namespace}/Service/${resource}`,
      why: "It moves in spring.",
      who: "N. Dlamini",
      until,
    });
    const security = { allowPrivilegeEscalation: false, capabilities: { drop: ["ALL"] } };

    beforeAll(async () => {
      await server.create(namespaceObject(namespace));
      await server.create(service("older"));
      await server.create({
        apiVersion: "v1",
        kind: "Pod",
        metadata: { name: "app", namespace },
        spec: {
          nodeSelector: { "rollout-test": "nowhere" },
          automountServiceAccountToken: false,
          securityContext: {
            runAsNonRoot: true,
            runAsUser: 10001,
            seccompProfile: { type: "RuntimeDefault" },
          },
          containers: [
            { name: "app", image: "registry.example.gov.za/sme/app:1.2.0", securityContext: security },
          ],
        },
      });
      const country = {
        residency: { waivers: [waiver("waived", "2027-06-01"), waiver("ended", "2026-06-30")] },
      };
      const context = contextOf({ country }, []);
      const chosen = policies.filter(({ id }) =>
        ["external-name", "pod-security", "image-registry"].includes(id),
      );
      const manifests = admissionManifests(chosen, context, { namespace, mode: "enforce" });
      await putInForce(server, manifests as unknown as ClusterObject[], namespace, part);
    }, 900_000);

    test.each([
      ["waived", []],
      ["ended", [`${namespace}-external-name`]],
      ["other", [`${namespace}-external-name`]],
    ])("knows the waiver of %s, and its last day", async (name, refusedBy) => {
      expect((await server.tryOut(service(name))).refusedBy).toEqual(refusedBy);
    });

    test("names the container and the image in its answer", async () => {
      const pod = {
        apiVersion: "v1",
        kind: "Pod",
        metadata: { name: "named", namespace },
        spec: {
          securityContext: { runAsNonRoot: true, seccompProfile: { type: "RuntimeDefault" } },
          containers: [
            { name: "fine", image: "registry.example.gov.za/sme/app:1.2.0", securityContext: security },
            {
              name: "strange",
              image: "quay.io/app/app:1.2.0",
              securityContext: { ...security, privileged: true, allowPrivilegeEscalation: true },
            },
          ],
        },
      };
      const answer = await kubectl(["create", "--dry-run=server", "-f", "-"], JSON.stringify(pod)).catch(
        String,
      );
      expect(answer).toMatch(/: strange\. |: quay\.io\/app\/app:1\.2\.0\. /);
      expect(answer).not.toContain("fine");
    });

    test("lets no container be added to a pod that the pod itself could not have", async () => {
      const debug = [
        ...inNamespace,
        "debug",
        "app",
        "--image=docker.io/library/busybox",
        "--profile=general",
      ];
      await expect(kubectl(debug)).rejects.toThrow(/ValidatingAdmissionPolicy .* denied request/);
    });

    test("lets what was there before go, and not change", async () => {
      const patch = (change: object) =>
        kubectl([...inNamespace, "patch", "service", "older", "--type=merge", "-p", JSON.stringify(change)]);
      await expect(patch({ metadata: { finalizers: ["rollout.test/hold"] } })).rejects.toThrow(
        /denied request/,
      );
      await kubectl([...inNamespace, "delete", "service", "older", "--timeout=120s"]);
    });

    test("is not in the way elsewhere", async () => {
      const elsewhere = { ...service("copy"), metadata: { name: "copy", namespace: `${namespace}-last` } };
      expect((await server.tryOut(elsewhere)).refusedBy).toEqual([]);
    });
  });

  describe.each(["za", "tr", "br"])("The plan of %s", (name) => {
    const namespace = `${part}-${name}`;
    let resources: readonly Resource[];
    let context: PolicyContext;

    beforeAll(async () => {
      const loaded = loadCountry(countryFile(name), { today: exampleToday });
      const country = structuredClone(loaded.country) as typeof loaded.country & {
        hosting: { kubernetes: { namespace: string } };
      };
      country.hosting.kubernetes.namespace = namespace;
      const plan = await planCountry({ ...loaded, country }, "kubernetes", "0.1.0");
      resources = plannedResources(plan.resources);
      context = new PolicyContext({
        country: overlaid(country, { hosting: { target: "kubernetes" } }),
        today: exampleToday,
        resources: new ResourceSet(resources, { kind: "plan", description: "the plan" }),
      });
      await server.create(namespaceObject(namespace));
      // Where all only warn, one answer names each of them.
      const manifests = admissionManifests(policies, context, { namespace, mode: "warn" });
      await putInForce(server, manifests as unknown as ClusterObject[], namespace, part);
    }, 900_000);

    const isObject = ({ type, properties }: Resource) =>
      type.startsWith("kubernetes:") && properties.metadata !== undefined;
    const asObject = ({ type, properties }: Resource) =>
      completeObject(
        {
          ...(JSON.parse(JSON.stringify(properties)) as object),
          apiVersion: type.split(":")[1]?.replace(/^core\//, ""),
          kind: type.split(":")[2],
        } as ClusterObject,
        namespace,
      );

    test("is taken whole", async () => {
      let checked = 0;
      for (const resource of resources.filter(isObject)) {
        const object = asObject(resource);
        if (object.kind === "Secret") continue;
        if ((resource.properties.metadata as { namespace?: string }).namespace !== namespace) continue;
        const { refusedBy } = await server.tryOut(object);
        expect(refusedBy, resource.name).toEqual([]);
        checked++;
      }
      expect(checked).toBeGreaterThan(40);
    });

    test("broken in each way is refused by the policies that the check names", async () => {
      let tried = 0;
      const wrong: string[] = [];
      for (const mutation of clusterMutations) {
        const mutant = mutation.mutate(resources)[0];
        const changed = mutant?.changed;
        if (changed === undefined || mutant?.country !== undefined || !isObject(changed)) continue;
        // A cluster is sent no value that only a plan can have.
        if (mutation.policy === "value-unknown") continue;
        const object = asObject(changed);
        if (
          object.kind === "Secret" ||
          (await server.client.resourceOf(object.apiVersion, object.kind)) === undefined
        )
          continue;
        const { refusedBy, error } = await server.tryOut(object);
        // The server itself refuses some.
        if (error !== undefined) continue;
        tried++;
        const [resource] = resourcesOf([object]);
        if (resource === undefined) continue;
        const ofOthers =
          object.kind === "StorageClass" && !ownClasses(context).includes(objectName(resource));
        const expected = (ofOthers ? [] : covered)
          .filter((policy) => admissionTypes(policy).some((type) => typeKey(type) === typeKey(resource.type)))
          .filter((policy) => isRefused(policy, resource, context))
          .map(({ id }) => `${namespace}-${id}`)
          .sort();
        const byCluster = refusedBy.filter((name) => name.startsWith(`${namespace}-`));
        if (expected.join() !== byCluster.join())
          wrong.push(
            `${mutation.says} (${resource.name}): the check ${expected.join()}; the cluster ${byCluster.join()}`,
          );
      }
      expect(wrong).toEqual([]);
      expect(tried).toBeGreaterThan(30);
    }, 900_000);
  });
});
