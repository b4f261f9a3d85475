/** Simulated factories on the real data path, for tests that run both. */
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { startBroker } from "../../apps/broker/broker.ts";
import { loginCheck } from "../../apps/broker/login.ts";
import type { RegisteredMachine } from "../../apps/simulator/registration.ts";
import { type Simulator, startSimulator } from "../../apps/simulator/simulator.ts";
import type { Country } from "../../localisation/schema/country.ts";
import type { DataPath } from "../broker/data-path.ts";

export interface StartOptions {
  readonly country: Country;
  readonly machines: readonly RegisteredMachine[];
  readonly port: number;
  /** Seconds. */
  readonly rate: number;
}

export function startOn(path: DataPath, { country, machines, port, rate }: StartOptions): Promise<Simulator> {
  return startSimulator({
    country,
    machines,
    broker: { host: "127.0.0.1", port, certificateAuthority: path.certificates.ca },
    reader: path.store.reader,
    rate,
    log: { warn: () => undefined },
  });
}

/** Starts the broker again after it was closed, on the same port. */
export function restartBroker(path: DataPath, port: number) {
  return startBroker({
    bind: "127.0.0.1",
    mqttPort: 0,
    mqttsPort: port,
    tls: path.certificates,
    checkLogin: loginCheck(path.database),
    ingest: path.ingest,
    log: { info: () => undefined, warn: () => undefined },
  });
}

export interface Line {
  readonly port: number;
  /** From now on what devices send is lost, although their connections stay open. */
  lose(): void;
  /** Cuts every connection; new ones work. */
  cut(): void;
  close(): void;
}

/** A connection to the broker that can be cut. */
export async function lineTo(brokerPort: number): Promise<Line> {
  const sockets = new Set<Socket>();
  let loses = false;
  const server = createServer((device) => {
    const broker = connect(brokerPort, "127.0.0.1");
    for (const [socket, other] of [
      [device, broker],
      [broker, device],
    ] as const) {
      sockets.add(socket);
      socket.on("error", () => undefined);
      socket.on("close", () => {
        sockets.delete(socket);
        other.destroy();
      });
      socket.on("data", (chunk) => {
        if (!loses || socket === broker) other.write(chunk);
      });
    }
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const cut = () => {
    loses = false;
    for (const socket of sockets) socket.resetAndDestroy();
  };
  return {
    port: (server.address() as AddressInfo).port,
    lose: () => {
      loses = true;
    },
    cut,
    close: () => {
      server.close();
      cut();
    },
  };
}

export function isAlive(processId: number): boolean {
  try {
    process.kill(processId, 0);
    return true;
  } catch {
    return false;
  }
}
