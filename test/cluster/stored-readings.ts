/** The time-series store on the cluster, read over its own HTTPS interface with the web app's certificate. */
import { Agent } from "node:https";
import { type ClickHouseClient, ClickHouseLogLevel, createClient } from "@clickhouse/client";
import { ports } from "../../components/ports.ts";
import { databaseName } from "../../components/time-series-settings.ts";
import type { ClusterStack } from "./stack.ts";

const user = "diagnostic";

export async function inClusterStore<T>(
  stack: ClusterStack,
  look: (reader: ClickHouseClient) => Promise<T>,
): Promise<T> {
  const forward = await stack.forward("time-series-store", ports.timeSeriesStore.https);
  const [ca, cert, key] = await Promise.all(
    ["ca.crt", "tls.crt", "tls.key"].map((name) => stack.secret(`${user}-certificate`, name)),
  );
  const reader = createClient({
    url: `https://127.0.0.1:${forward.port}`,
    database: databaseName,
    username: user,
    password: "",
    set_basic_auth_header: false,
    http_headers: { "X-ClickHouse-User": user, "X-ClickHouse-SSL-Certificate-Auth": "on" },
    http_agent: new Agent({
      ca,
      cert,
      key,
      // The forwarded port is none of the names in the certificate.
      servername: `time-series-store.${stack.namespace}.svc.cluster.local`,
    }),
    request_timeout: 300_000,
    log: { level: ClickHouseLogLevel.OFF },
  });
  try {
    return await look(reader);
  } finally {
    await reader.close();
    forward.close();
  }
}
