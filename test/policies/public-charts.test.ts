/** What public charts write in ways of their own, and what of it is a finding. docs/checking.md says which charts were tried. */
import { expect, test } from "vitest";
import { checkExample } from "./check-example.ts";

const findingsOf = (manifests: string, policy: string) =>
  checkExample({ manifests })
    .findings.filter((finding) => finding.policy === policy)
    .map(({ path, message }) => `${path}: ${message}`);

const withArguments = (...args: string[]) => `
apiVersion: apps/v1
kind: Deployment
metadata: { name: controller, namespace: rollout }
spec:
  template:
    spec:
      containers: [{ name: controller, image: "registry.sme.example.gov.za/c@sha256:${"a".repeat(64)}", args: ${JSON.stringify(args)} }]`;

test("a class of ingress-nginx is no host, a host beside it is", () => {
  const args = withArguments(
    "--controller-class=k8s.io/ingress-nginx",
    "--publish-status-address=status.k8s.example.org",
  );
  expect(findingsOf(args, "unregistered-host")).toEqual([
    "spec.template.spec.containers[0].args[1]: It names status.k8s.example.org, which the file does not register.",
  ]);
  expect(findingsOf(withArguments("--report=https://k8s.io/ingress-nginx"), "unregistered-host").length).toBe(
    1,
  );
});

test("an image in an argument is an image and no host, as cert-manager and Prometheus's operator have it", () => {
  const args = withArguments(
    "--acme-http01-solver-image=quay.io/jetstack/cert-manager-acmesolver:v1.19.0",
    "--prometheus-config-reloader=quay.io/prometheus-operator/prometheus-config-reloader:v0.93.1",
  );
  expect(findingsOf(args, "unregistered-host")).toEqual([]);
  expect(findingsOf(args, "image-registry").length).toBe(2);
});

test("a rule on paths of the API server names the paths, as in Argo CD's controller", () => {
  const role = `
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: { name: controller }
rules: [{ nonResourceURLs: ["*"], verbs: ["*"] }]`;
  expect(findingsOf(role, "access-rights")).toEqual(["rules[0]: The rule gives every verb on the path *."]);
});
