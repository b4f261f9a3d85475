/** No content network or accelerator is in front of the stack. */
import type { ResourcePolicy, Violation } from "../../engine/policy.ts";
import { programOf } from "../../resources/data-stores.ts";
import { containersOf, podOf, workloads } from "../../resources/pods.ts";
import { objectsAt, textAt, textsAt } from "../../resources/properties.ts";
import type { JsonObject, Resource } from "../../resources/resource.ts";
import { reverseShell, tunnelPrograms, tunnelVariables } from "./tunnel-programs.ts";

export const contentNetwork: ResourcePolicy = {
  id: "content-network",
  area: "network",
  scope: "resource",
  title: "No content delivery network, global accelerator or tunnel is in front of the stack.",
  risk: "TLS ends at the network's edge, near the visitor and often abroad; a tunnel is also a way in around the gateway.",
  types: [
    "aws:cloudfront/distribution:Distribution",
    "aws:cloudfront/distributionTenant:DistributionTenant",
    "aws:cloudfront/multitenantDistribution:MultitenantDistribution",
    "aws:globalaccelerator/accelerator:Accelerator",
    "aws:globalaccelerator/customRoutingAccelerator:CustomRoutingAccelerator",
    "aws:lightsail/distribution:Distribution",
    "aws:amplify/app:App",
    ...workloads,
  ],
  severity: "critical",
  level: "mandatory",
  dataClasses: ["identity", "diagnosticAnswers", "machineTelemetry"],
  controls: { iso27001: ["A.5.14", "A.8.20"], nist80053: ["SC-7(4)", "SA-9(5)"] },
  remediation: "Use the region's own load balancer, or the cluster's gateway.",
  check(subject) {
    if (subject.type.startsWith("kubernetes:")) return tunnels(subject);
    return {
      path: "",
      message: "Visitors' connections end at edges outside the country.",
      remediation: "Remove it and use the load balancer in the region.",
    };
  },
  examples: {
    passing: [
      {
        pulumi: `
pages: { type: aws:lb/loadBalancer:LoadBalancer, properties: { loadBalancerType: network } }`,
      },
    ],
    failing: [
      {
        manifests: `
apiVersion: v1
kind: Pod
metadata: { name: app, namespace: rollout }
spec:
  containers:
    - { name: tunnel, image: registry.example.gov.za/mirror/cloudflared:2026.1.0, env: [{ name: TUNNEL_TOKEN, valueFrom: { secretKeyRef: { name: t, key: t } } }] }
    - { name: helper, image: registry.example.gov.za/alpine:3, command: [sh, -c, "ssh -N -R 0:localhost:8443 relay@10.0.0.1"] }`,
        findings: `
rollout/Pod/app spec.containers[0]: The container tunnel runs cloudflared, which opens a tunnel of Cloudflare. Remove it; the gateway is the only way in.
rollout/Pod/app spec.containers[1]: The container helper runs ssh -N -R, which opens a reverse tunnel. Remove it; the gateway is the only way in.`,
      },
      {
        pulumi: "pages: { type: aws:cloudfront/distribution:Distribution }",
        findings: `Distribution/pages: Visitors' connections end at edges outside the country. Remove it and use the load balancer in the region.`,
      },
      {
        pulumi: "machines: { type: aws:globalaccelerator/accelerator:Accelerator }",
        findings: `Accelerator/machines: Visitors' connections end at edges outside the country. Remove it and use the load balancer in the region.`,
      },
    ],
  },
};

/** Containers that open a way into the stack, or out of it, through a network of somebody else. */
function tunnels(subject: Resource): Violation[] {
  const { pod } = podOf(subject);
  if (pod === undefined) return [];
  return containersOf(pod).flatMap(({ value, path }): Violation | [] => {
    const found = tunnelOf(value);
    if (found === undefined) return [];
    return {
      path,
      value: found.sign,
      message: `The container ${textAt(value, "name") ?? "?"} runs ${found.sign}, which opens ${found.what}.`,
      remediation: "Remove it; the gateway is the only way in.",
    };
  });
}

function tunnelOf(container: JsonObject): { readonly sign: string; readonly what: string } | undefined {
  const words = [...textsAt(container, "command"), ...textsAt(container, "args")].map(({ value }) => value);
  const image = textAt(container, "image") ?? "";
  const owner = image.split("@")[0]?.split("/").at(-2) ?? "";
  // Short names of programs are also words: a connector is one of its maker's alone.
  const names = [
    programOf(image),
    `${owner}-${programOf(image)}`,
    ...words.slice(0, 2).map((word) => word.split("/").at(-1) ?? ""),
  ];
  for (const name of names) {
    const what = tunnelPrograms.get(name);
    if (what !== undefined && (name !== "connector" || owner === "twingate")) return { sign: name, what };
  }
  for (const word of words) {
    const shell = reverseShell.exec(word)?.[0];
    if (shell !== undefined) return { sign: shell.trim(), what: "a reverse tunnel" };
    const started = word.includes("\n") || word.includes(" ") ? programsStarted(word) : undefined;
    if (started !== undefined) return started;
  }
  const variable = objectsAt(container, "env")
    .map(({ value }) => textAt(value, "name") ?? "")
    .find((name) => tunnelVariables.test(name));
  return variable === undefined ? undefined : { sign: `a program with ${variable}`, what: "a tunnel" };
}

/** The first command of each line of a script. */
function programsStarted(script: string): { readonly sign: string; readonly what: string } | undefined {
  for (const line of script.split(/[\n;|&]+/)) {
    const name = /^\s*(?:exec\s+|nohup\s+|sudo\s+)?([\w./-]+)/.exec(line)?.[1]?.split("/").at(-1) ?? "";
    const what = tunnelPrograms.get(name);
    if (what !== undefined && name !== "connector" && name !== "expose") return { sign: name, what };
  }
  return undefined;
}
