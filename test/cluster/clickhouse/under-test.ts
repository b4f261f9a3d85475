/** The server with certificates of its own, and clients of it by program, for tests in one process. */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ClickHouseClient } from "@clickhouse/client";
import { openClusterClient } from "../../../stores/time-series/cluster.ts";
import { type CertificateFolder, TestAuthority } from "../../data-path/certificates.ts";
import { type ServerOptions, startServer } from "./server.ts";

export interface ServerUnderTest {
  readonly url: string;
  readonly authority: TestAuthority;
  /** @param program the certificate's common name. */
  client(program: string, database?: string, signal?: AbortSignal): Promise<ClickHouseClient>;
  close(): Promise<void>;
}

export async function serverUnderTest(
  options: Pick<ServerOptions, "shards" | "onQuery" | "users"> = {},
): Promise<ServerUnderTest> {
  const folder = mkdtempSync(join(tmpdir(), "clickhouse-test-"));
  const authority = await TestAuthority.make();
  const own = await authority.issue(join(folder, "server"), "time-series-store", ["localhost"]);
  const server = await startServer({
    ...own,
    ...options,
    folder: join(folder, "data"),
    host: "127.0.0.1",
    port: 0,
  });
  const certificates = new Map<string, CertificateFolder>();
  const clients: ClickHouseClient[] = [];
  const url = `https://localhost:${server.port}`;
  return {
    url,
    authority,
    async client(program, database = "rollout", signal) {
      const files = certificates.get(program) ?? (await authority.issue(join(folder, program), program));
      certificates.set(program, files);
      const client = openClusterClient({
        url,
        database,
        program,
        readCertificate: () => readCertificateOf(files),
        ...(signal && { signal }),
      });
      clients.push(client);
      return client;
    },
    async close() {
      for (const client of clients) await client.close();
      await server.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

export function readCertificateOf({ certificate, key, authority }: CertificateFolder) {
  return {
    cert: readFileSync(certificate, "utf8"),
    key: readFileSync(key, "utf8"),
    ca: readFileSync(authority, "utf8"),
  };
}
