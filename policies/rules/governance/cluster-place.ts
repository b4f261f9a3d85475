/** In production the file says where the cluster's machines are. */
import { type FilePolicy, notApplicable } from "../../engine/policy.ts";

export const clusterPlace: FilePolicy = {
  id: "cluster-place",
  area: "governance",
  scope: "file",
  title: "In production the file names the zones of the cluster that lie in the country.",
  risk: "Without zones the whole cluster counts as in the country, even nodes that are added abroad later.",
  severity: "high",
  level: "mandatory",
  dataClasses: ["identity", "diagnosticAnswers", "machineTelemetry", "backups"],
  controls: { iso27001: ["A.5.23", "A.5.31"], nist80053: ["SA-9(5)", "PM-5"] },
  remediation: "List the values of topology.kubernetes.io/zone under `hosting.kubernetes.zones`.",
  check({ country, inProduction, clusterZones }) {
    if (!inProduction || country.hosting.target === "local") return notApplicable;
    if (clusterZones.length > 0) return [];
    return {
      path: `hosting.${country.hosting.target}.zones`,
      message: "No zone is named, so pods and volumes may go anywhere in the cluster.",
      remediation: "List the values of topology.kubernetes.io/zone that lie in the country.",
    };
  },
  examples: {
    passing: [{ environment: "production" }],
    failing: [
      {
        environment: "production",
        country: { hosting: { kubernetes: { zones: [] } } },
        findings: `example-country.yaml hosting.kubernetes.zones: No zone is named, so pods and volumes may go anywhere in the cluster. List the values of topology.kubernetes.io/zone that lie in the country.`,
      },
    ],
  },
};
