/**
 * cert-manager and CloudNativePG on the cluster, from the images that the tests build, as `preinstalled` means: their
 * kinds, their controllers and the webhooks that check and complete every object.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { installDefinitions, moduleFolder, moduleOf } from "./definitions.ts";
import { kubectl, kubectlJson } from "./kubectl.ts";
import { waitFor } from "./wait.ts";

const certManager = readFileSync(new URL("./operators/cert-manager.yaml", import.meta.url), "utf8");

function cloudNativePg(): string {
  const { module, version, sum } = moduleOf("github.com/cloudnative-pg/cloudnative-pg");
  const release = join(moduleFolder(module, version, sum), "releases", `cnpg-${version.slice(1)}.yaml`);
  return (
    readFileSync(release, "utf8")
      .replaceAll("ghcr.io/cloudnative-pg/cloudnative-pg", "registry.sme.example.gov.za/cloudnative-pg")
      .replace("imagePullPolicy: Always", "imagePullPolicy: IfNotPresent")
      // A tenth of a processor makes each step of a cluster's start wait.
      .replace("cpu: 100m\n            memory: 200Mi", "memory: 400Mi")
  );
}

/** Installs them and waits until their webhooks answer. */
export async function installOperators(): Promise<void> {
  await installDefinitions();
  await kubectl(["apply", "--server-side", "--force-conflicts", "-f", "-"], certManager);
  await kubectl(["apply", "--server-side", "--force-conflicts", "-f", "-"], cloudNativePg());
  for (const [namespace, deployment] of [
    ["cert-manager", "cert-manager"],
    ["cert-manager", "cert-manager-webhook"],
    ["cnpg-system", "cnpg-controller-manager"],
  ] as const)
    await kubectl(["rollout", "status", "-n", namespace, `deployment/${deployment}`, "--timeout=300s"]);
  await kubectl(["apply", "--server-side", "--force-conflicts", "-f", "-"], await certManagerWebhook());
  await webhooksAnswer();
}

/** A ready pod is reached by its Service a moment later. */
async function webhooksAnswer(): Promise<void> {
  const probes = [
    {
      apiVersion: "cert-manager.io/v1",
      kind: "Issuer",
      metadata: { name: "probe" },
      spec: { selfSigned: {} },
    },
    {
      apiVersion: "postgresql.cnpg.io/v1",
      kind: "Cluster",
      metadata: { name: "probe" },
      spec: { instances: 1, storage: { size: "1Gi" } },
    },
  ];
  for (const probe of probes)
    await waitFor(`the webhook of ${probe.kind}`, () =>
      kubectl(["create", "-n", "default", "--dry-run=server", "-f", "-"], JSON.stringify(probe)),
    );
}

/** Has the API server ask cert-manager's webhook, with the authority that the webhook made for itself. */
async function certManagerWebhook(): Promise<string> {
  const secret = await kubectlJson<{ data: Record<string, string> }>([
    "get",
    "secret",
    "-n",
    "cert-manager",
    "cert-manager-webhook-ca",
  ]);
  const configuration = (
    kind: string,
    path: string,
    apiGroups: string[],
    operations: string[],
    resources: string[],
  ) => ({
    apiVersion: "admissionregistration.k8s.io/v1",
    kind,
    metadata: { name: "cert-manager-webhook" },
    webhooks: [
      {
        name: "webhook.cert-manager.io",
        rules: [{ apiGroups, apiVersions: ["v1"], operations, resources }],
        admissionReviewVersions: ["v1"],
        matchPolicy: "Equivalent",
        timeoutSeconds: 30,
        failurePolicy: "Fail",
        sideEffects: "None",
        clientConfig: {
          caBundle: secret.data["ca.crt"],
          service: { name: "cert-manager-webhook", namespace: "cert-manager", path },
        },
      },
    ],
  });
  return JSON.stringify({
    apiVersion: "v1",
    kind: "List",
    items: [
      configuration(
        "MutatingWebhookConfiguration",
        "/mutate",
        ["cert-manager.io"],
        ["CREATE"],
        ["certificaterequests"],
      ),
      configuration(
        "ValidatingWebhookConfiguration",
        "/validate",
        ["cert-manager.io", "acme.cert-manager.io"],
        ["CREATE", "UPDATE"],
        ["*/*"],
      ),
    ],
  });
}
