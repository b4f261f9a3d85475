/** `rollout run ingest`: stores machines' readings from the broker's queues in the time-series store. */
import { hostname } from "node:os";
import { keepReporting, type ReportedState, reportedStates } from "../../stores/relational/program-state.ts";
import { insertsSettleOnCluster } from "../../stores/time-series/running-inserts.ts";
import { readCertificate, readSecretFile } from "../program/certificate.ts";
import type { ProgramContext, RunningProgram } from "../program/program.ts";
import { openStores } from "../program/stores.ts";
import { StoreDamage } from "./store-damage.ts";
import { type ReadingsTaker, takeReadings } from "./take-readings.ts";

export async function runIngest(context: ProgramContext): Promise<RunningProgram> {
  const { connections, localisation, log, waitFor } = context;
  const { broker, certificate } = connections;
  const stores = await openStores(context, "ingest");
  const { client } = stores;
  const { database } = stores.relational;
  const who = { program: "ingest", instance: `${hostname()}:${process.pid}` };
  try {
    const taker = await waitFor("the time-series store", () =>
      takeReadings({
        client,
        database,
        country: localisation.country,
        address: { host: broker.host, port: broker.port, serverName: broker.serverName },
        readCertificates: () => {
          const { cert, key } = readCertificate(certificate);
          // A public authority issued the broker's certificate where none is named.
          return {
            cert,
            key,
            ...(broker.authority === undefined ? {} : { ca: readSecretFile(broker.authority) }),
          };
        },
        queues: broker.queues,
        ingests: async () =>
          (await reportedStates(database)).filter(({ program }) => program === who.program).length,
        insertsSettle: () => insertsSettleOnCluster(client, log),
        log,
      }),
    );
    const { retention } = localisation.country.telemetry;
    const damage = new StoreDamage({ client, retention, log });
    damage.start();
    const stopReporting = keepReporting(database, who, () => stateOf(taker), log);
    // Every ingest says the same of all servers.
    const parts = { program: "time-series store", instance: "parts and replicas" };
    const stopReportingDamage = keepReporting(database, parts, () => damage.state, log);
    return {
      notReady: () => taker.notReady(),
      metrics: async () => [...(await taker.metrics()), ...damage.metrics],
      async stop() {
        await taker.stop();
        await damage.stop();
        await Promise.all([stopReporting(), stopReportingDamage()]);
        await stores.close();
      },
    };
  } catch (error) {
    await stores.close();
    throw error;
  }
}

async function stateOf({ ingest, consumer, notReady }: ReadingsTaker): Promise<ReportedState> {
  const { flow } = ingest;
  const problem = await notReady();
  const { queues } = consumer;
  const active = queues.filter(({ isActive }) => isActive).length;
  return {
    health: problem === undefined ? "healthy" : "failed",
    detail: problem ?? `takes ${active} of ${queues.length} queues`,
    flow,
  };
}
