/** Logs of DNS queries stay in the country, and no health check comes from abroad. */
import type { ResourcePolicy } from "../../engine/policy.ts";

export const queryLog: ResourcePolicy = {
  id: "query-log",
  area: "network",
  scope: "resource",
  title: "No DNS query log is kept abroad, and no health check runs from abroad.",
  risk: "Query logs of a public zone can only be stored in Northern Virginia; Route 53's health checks come from several continents.",
  types: ["aws:route53/queryLog:QueryLog", "aws:route53/healthCheck:HealthCheck"],
  severity: "medium",
  level: "mandatory",
  dataClasses: ["logs"],
  controls: { iso27001: ["A.8.15", "A.8.21"], nist80053: ["AU-9", "SA-9(5)"] },
  remediation: "Remove it; log and monitor inside the country.",
  check: ({ type }) => [
    type.endsWith(":QueryLog")
      ? {
          path: "",
          message: "The queries of a public zone are logged in us-east-1 (Northern Virginia, United States).",
          remediation: "Remove it, or log the resolver's queries in the region.",
        }
      : {
          path: "",
          message: "Route 53 checks it from several regions abroad.",
          remediation: "Monitor it from inside the country.",
        },
  ],
  examples: {
    passing: [{ pulumi: "queries: { type: aws:route53/resolverQueryLogConfig:ResolverQueryLogConfig }" }],
    failing: [
      {
        pulumi: "zone: { type: aws:route53/queryLog:QueryLog }",
        findings: `QueryLog/zone: The queries of a public zone are logged in us-east-1 (Northern Virginia, United States). Remove it, or log the resolver's queries in the region.`,
      },
      {
        pulumi: "pages: { type: aws:route53/healthCheck:HealthCheck, properties: { type: HTTPS } }",
        findings: `HealthCheck/pages: Route 53 checks it from several regions abroad. Monitor it from inside the country.`,
      },
    ],
  },
};
