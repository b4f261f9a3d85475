/**
 * cert-manager and CloudNativePG on the cluster, from the images that the tests build, as `preinstalled` means: their
 * kinds, their controllers and the webhooks that check and complete every object.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { installDefinitions, moduleFolder, moduleOf } from "./definitions.ts";
import { kubectl, kubectlJson } from "./kubectl.ts";

const certManager = readFileSync(new URL("./operators/cert-manager.yaml", import.meta.url), "utf8");

function cloudNativePg(): string {
  const { module, version, sum } = moduleOf("github.com/cloudnative-pg/cloudnative-pg");
  const release = join(moduleFolder(module, version, sum), "releases", `cnpg-${version.slice(1)}.yaml`);
  return (
    readFileSync(release, "utf8")
      .replaceAll("ghcr.io/cloudnative-pg/cloudnative-pg", "localhost/cluster-tests/cloudnative-pg")
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
  return JSON.stringify({
    apiVersion: "admissionregistration.k8s.io/v1",
    kind: "ValidatingWebhookConfiguration",
    metadata: { name: "cert-manager-webhook" },
    webhooks: [
      {
        name: "webhook.cert-manager.io",
        rules: [
          {
            apiGroups: ["cert-manager.io", "acme.cert-manager.io"],
            apiVersions: ["v1"],
            operations: ["CREATE", "UPDATE"],
            resources: ["*/*"],
          },
        ],
        admissionReviewVersions: ["v1"],
        matchPolicy: "Equivalent",
        timeoutSeconds: 30,
        failurePolicy: "Fail",
        sideEffects: "None",
        clientConfig: {
          caBundle: secret.data["ca.crt"],
          service: { name: "cert-manager-webhook", namespace: "cert-manager", path: "/validate" },
        },
      },
    ],
  });
}
