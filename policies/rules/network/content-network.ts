/** No content network or accelerator is in front of the stack. */
import type { ResourcePolicy } from "../../engine/policy.ts";

export const contentNetwork: ResourcePolicy = {
  id: "content-network",
  area: "network",
  scope: "resource",
  title: "No content delivery network or global accelerator is in front of the stack.",
  risk: "TLS ends at the network's edge, near the visitor and often abroad; pages and answers are cached there.",
  types: [
    "aws:cloudfront/distribution:Distribution",
    "aws:cloudfront/distributionTenant:DistributionTenant",
    "aws:cloudfront/multitenantDistribution:MultitenantDistribution",
    "aws:globalaccelerator/accelerator:Accelerator",
    "aws:globalaccelerator/customRoutingAccelerator:CustomRoutingAccelerator",
    "aws:lightsail/distribution:Distribution",
    "aws:amplify/app:App",
  ],
  severity: "critical",
  level: "mandatory",
  dataClasses: ["identity", "diagnosticAnswers", "machineTelemetry"],
  controls: { iso27001: ["A.5.14", "A.8.20"], nist80053: ["SC-7(4)", "SA-9(5)"] },
  remediation: "Use the region's own load balancer.",
  check: () => ({
    path: "",
    message: "Visitors' connections end at edges outside the country.",
    remediation: "Remove it and use the load balancer in the region.",
  }),
  examples: {
    passing: [
      {
        pulumi: `
pages: { type: aws:lb/loadBalancer:LoadBalancer, properties: { loadBalancerType: network } }`,
      },
    ],
    failing: [
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
