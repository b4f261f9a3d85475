/** Streams deliver to stores of the region, not to services on the web. */

import { bucketDestinations } from "../../engine/buckets.ts";
import { hostViolations } from "../../engine/host-violations.ts";
import type { ResourcePolicy } from "../../engine/policy.ts";
import { hostsIn } from "../../resources/hosts.ts";
import { textAt } from "../../resources/properties.ts";
import { textsOf } from "../../resources/texts.ts";

/** Destinations that are foreign services, each with its own address. */
const services = new Set(["http_endpoint", "splunk", "snowflake", "mongodb", "dynatrace", "datadog"]);

export const deliveryStream: ResourcePolicy = {
  id: "delivery-stream",
  area: "flows",
  scope: "resource",
  title: "Delivery streams and metric streams deliver to stores of the region or to registered hosts.",
  risk: "A delivery stream to an HTTP endpoint exports logs, metrics or readings as they arrive.",
  types: [
    "aws:kinesis/firehoseDeliveryStream:FirehoseDeliveryStream",
    "aws:cloudwatch/metricStream:MetricStream",
  ],
  severity: "critical",
  level: "mandatory",
  dataClasses: ["logs", "machineTelemetry"],
  controls: { iso27001: ["A.5.14", "A.8.12"], nist80053: ["AC-4", "SC-7(10)"] },
  remediation: "Deliver to a bucket of the region, or register the host under `residency.endpoints`.",
  check(subject, context) {
    const destination = textAt(subject.properties, "destination") ?? "";
    const hosts = textsOf(subject).flatMap((text) => hostsIn(text));
    const buckets = bucketDestinations(subject, context, "What it delivers");
    if (buckets.length > 0) return buckets;
    const outside = hostViolations(
      hosts,
      context,
      "It delivers to",
      (host) => `Deliver to a bucket of the region, or register ${host} under residency.endpoints.`,
    );
    if (outside.length > 0 || !services.has(destination) || hosts.length > 0) return outside;
    return {
      path: "destination",
      value: destination,
      message: `It delivers to a service outside the stack (${destination}).`,
      remediation: "Deliver to a bucket of the region.",
    };
  },
  examples: {
    passing: [
      {
        pulumi: `
logs: { type: aws:kinesis/firehoseDeliveryStream:FirehoseDeliveryStream,
  properties: { destination: extended_s3 } }`,
      },
    ],
    failing: [
      {
        pulumi: `
logs: { type: aws:kinesis/firehoseDeliveryStream:FirehoseDeliveryStream,
  properties: { destination: extended_s3, extendedS3Configuration: { bucketArn: arn:aws:s3:::copies } } }`,
        findings: `FirehoseDeliveryStream/logs extendedS3Configuration.bucketArn: What it delivers goes to the bucket arn:aws:s3:::copies, and the plan does not say where that is. Send it to a bucket of this plan.`,
      },
      {
        pulumi: `
logs:
  type: aws:kinesis/firehoseDeliveryStream:FirehoseDeliveryStream
  properties:
    destination: http_endpoint
    httpEndpointConfiguration: { url: https://collector.example.com/v1 }`,
        findings: `FirehoseDeliveryStream/logs httpEndpointConfiguration.url: It delivers to collector.example.com, which the file does not register. Deliver to a bucket of the region, or register collector.example.com under residency.endpoints.`,
      },
      {
        pulumi: `
logs: { type: aws:kinesis/firehoseDeliveryStream:FirehoseDeliveryStream,
  properties: { destination: snowflake } }`,
        findings: `FirehoseDeliveryStream/logs destination: It delivers to a service outside the stack (snowflake). Deliver to a bucket of the region.`,
      },
    ],
  },
};
