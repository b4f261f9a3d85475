/** A provider calls addresses of the cloud in allowed regions, or registered ones. */

import { hostViolations, removeOrRegister } from "../../engine/host-violations.ts";
import type { ResourcePolicy } from "../../engine/policy.ts";
import { hostsIn } from "../../resources/hosts.ts";
import { textsOf } from "../../resources/texts.ts";

export const providerEndpoint: ResourcePolicy = {
  id: "provider-endpoint",
  area: "place",
  scope: "resource",
  title: "Providers call registered addresses only.",
  risk: "An endpoint set on the provider sends everything that `up` creates, secrets included, to another server.",
  types: ["pulumi:providers:aws", "pulumi:providers:kubernetes"],
  severity: "critical",
  level: "mandatory",
  dataClasses: ["state", "keys"],
  controls: { iso27001: ["A.5.23", "A.8.9"], nist80053: ["AC-20", "SA-9(5)"] },
  remediation: "Remove the endpoint, or register its host under `residency.endpoints`.",
  check: (subject, context) =>
    hostViolations(
      textsOf(subject).flatMap(({ value, path }) => hostsIn({ key: "endpoint", value, path })),
      context,
      "The provider calls",
      removeOrRegister,
    ),
  examples: {
    passing: [
      {
        pulumi: `
aws: { type: pulumi:providers:aws, properties: { endpoints: [{ s3: https://s3.af-south-1.amazonaws.com }] } }`,
      },
      {
        pulumi: `
cluster: { type: pulumi:providers:kubernetes,
  properties: { kubeconfig: "clusters: [{ cluster: { server: https://10.20.0.10:6443 } }]" } }`,
      },
      {
        pulumi: `
cluster:
  type: pulumi:providers:kubernetes
  properties:
    kubeconfig:
      fn::toJSON:
        clusters: [{ cluster: { server: https://abc.gr7.af-south-1.eks.amazonaws.com } }]
        users: [{ user: { exec: { apiVersion: client.authentication.k8s.io/v1beta1, command: aws } } }]`,
      },
    ],
    failing: [
      {
        pulumi: `
aws: { type: pulumi:providers:aws, properties: { endpoints: [{ s3: https://s3.example.com }] } }`,
        findings: `Provider/aws endpoints[0].s3: The provider calls s3.example.com, which the file does not register. Remove it, or register s3.example.com under residency.endpoints with its country.`,
      },
      {
        pulumi: `
cluster:
  type: pulumi:providers:kubernetes
  properties:
    kubeconfig: "clusters: [{ cluster: { server: https://abc.gr7.eu-west-1.eks.amazonaws.com } }]"`,
        findings: `Provider/cluster kubeconfig: The provider calls abc.gr7.eu-west-1.eks.amazonaws.com in eu-west-1 (Dublin, Ireland). Remove it, or register abc.gr7.eu-west-1.eks.amazonaws.com under residency.endpoints with its country.`,
      },
    ],
  },
};
