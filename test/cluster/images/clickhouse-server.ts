/**
 * In the place of ClickHouse's server, at the end of the same ports and files: the engine in the process behind the HTTPS
 * interface, and an answer for the liveness probe. Nothing listens for other servers or for native clients.
 */
import { createServer } from "node:http";
import { ports } from "../../../components/ports.ts";
import { startServer } from "../clickhouse/server.ts";

const { https, metrics } = ports.timeSeriesStore;
const certificates = "/run/certificates";
const server = await startServer({
  folder: "/var/lib/clickhouse/engine",
  host: "::",
  port: https,
  certificate: `${certificates}/tls.crt`,
  key: `${certificates}/tls.key`,
  authority: `${certificates}/ca.crt`,
});
const probe = createServer((request, response) => {
  response.statusCode = request.url === "/metrics" ? 200 : 404;
  response.end();
}).listen(metrics, "::");
process.stdout.write("the engine in ClickHouse's place is ready\n");
for (const signal of ["SIGTERM", "SIGINT"] as const)
  process.once(signal, () => {
    probe.close();
    void server.close().then(() => process.exit(0));
  });
