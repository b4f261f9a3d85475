/** Services that transfer data in bulk do so only between places that the file knows. */

import { hostViolations } from "../../engine/host-violations.ts";
import type { ResourcePolicy } from "../../engine/policy.ts";
import { hostsIn } from "../../resources/hosts.ts";
import { textsOf } from "../../resources/texts.ts";

export const dataTransferService: ResourcePolicy = {
  id: "data-transfer-service",
  area: "copies",
  scope: "resource",
  title: "Services that transfer data in bulk reach registered hosts only.",
  risk: "A transfer task or migration replicates a whole store to a server that no network rule names.",
  types: [
    "aws:datasync/nfsLocation:NfsLocation",
    "aws:datasync/locationSmb:LocationSmb",
    "aws:datasync/locationHdfs:LocationHdfs",
    "aws:datasync/locationObjectStorage:LocationObjectStorage",
    "aws:datasync/locationAzureBlob:LocationAzureBlob",
    "aws:dms/endpoint:Endpoint",
    "aws:transfer/connector:Connector",
    "aws:appflow/connectorProfile:ConnectorProfile",
  ],
  severity: "critical",
  level: "mandatory",
  dataClasses: ["identity", "diagnosticAnswers", "machineTelemetry", "backups"],
  controls: { iso27001: ["A.5.14"], nist80053: ["AC-4", "SC-7(10)"] },
  remediation: "Register the host under `residency.endpoints`, or remove the transfer.",
  check: (subject, context) =>
    hostViolations(
      textsOf(subject).flatMap(hostsIn),
      context,
      "It transfers data to or from",
      (host) => `Register ${host} under residency.endpoints with its country, or remove the transfer.`,
    ),
  examples: {
    passing: [
      {
        pulumi: `
archive: { type: aws:datasync/nfsLocation:NfsLocation,
  properties: { serverHostname: 10.20.0.5, subdirectory: / } }`,
      },
    ],
    failing: [
      {
        pulumi: `
archive: { type: aws:datasync/locationObjectStorage:LocationObjectStorage,
  properties: { serverHostname: objects.example.com, bucketName: archive } }`,
        findings: `LocationObjectStorage/archive serverHostname: It transfers data to or from objects.example.com, which the file does not register. Register objects.example.com under residency.endpoints with its country, or remove the transfer.`,
      },
    ],
  },
};
