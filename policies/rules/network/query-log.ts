/** Logs of DNS queries stay in the country, and no health check probes from abroad. */
import { aws } from "../../engine/example.ts";
import type { ResourcePolicy } from "../../engine/policy.ts";

export const queryLog: ResourcePolicy = {
  id: "query-log",
  area: "network",
  scope: "resource",
  title: "No public DNS query logs and no health checks run from abroad.",
  risk: "Query logs of a public zone can only rest in Northern Virginia; Route 53's health checkers call from several continents.",
  types: ["aws:route53/queryLog:QueryLog", "aws:route53/healthCheck:HealthCheck"],
  severity: "medium",
  level: "mandatory",
  dataClasses: ["logs"],
  controls: { iso27001: ["A.8.15", "A.8.21"], nist80053: ["AU-9", "SA-9(5)"] },
  remediation: "Take it out; log and watch inside the country.",
  check: ({ type }) => [
    type.endsWith(":QueryLog")
      ? {
          path: "",
          message: "The queries of a public zone are logged in us-east-1 (Northern Virginia, United States).",
          remediation: "Take it out, or log the resolver's queries in the region.",
        }
      : {
          path: "",
          message: "Route 53's checkers call it from several regions abroad.",
          remediation: "Watch it from inside the country.",
        },
  ],
  examples: {
    passing: [{ resources: [aws("route53/resolverQueryLogConfig:ResolverQueryLogConfig", "queries", {})] }],
    failing: [
      {
        resources: [aws("route53/queryLog:QueryLog", "zone", {})],
        findings: [
          "QueryLog/zone: The queries of a public zone are logged in us-east-1 (Northern Virginia, United States). Take it out, or log the resolver's queries in the region.",
        ],
      },
      {
        resources: [aws("route53/healthCheck:HealthCheck", "pages", { type: "HTTPS" })],
        findings: [
          "HealthCheck/pages: Route 53's checkers call it from several regions abroad. Watch it from inside the country.",
        ],
      },
    ],
  },
};
