/** Looks for ports that are taken before the stores are made, which takes the longest of a start. */
import { createServer } from "node:net";
import { listen } from "../../apps/broker/listen.ts";

export interface LocalPorts {
  /** 0 takes a free one, as for the others. */
  readonly http: number;
  readonly mqtt: number;
  readonly mqtts: number;
}

/**
 * @param bind address of all but MQTT without TLS, which is on loopback.
 * @throws EnvironmentError of the first that can't be opened.
 */
export async function requireFreePorts({ http, mqtt, mqtts }: LocalPorts, bind: string): Promise<void> {
  for (const [port, host, purpose] of [
    [http, bind, "web app"],
    [mqtt, "127.0.0.1", "MQTT"],
    [mqtts, bind, "MQTT over TLS"],
  ] as const) {
    if (port === 0) continue;
    const server = createServer();
    await listen(server, port, host, purpose);
    await new Promise((resolve) => server.close(resolve));
  }
}
