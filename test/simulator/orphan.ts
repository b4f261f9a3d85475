/** A parent that starts the simulator, says which process it runs in, and is then killed by the test. */

import { planFactories } from "../../apps/simulator/factories.ts";
import { registerFactories } from "../../apps/simulator/registration.ts";
import { startSimulator } from "../../apps/simulator/simulator.ts";
import { loadCountry } from "../../localisation/load.ts";
import { migrateTimeSeriesStore } from "../../stores/time-series/migrate.ts";
import { openTimeSeriesStore } from "../../stores/time-series/store.ts";
import { openEmptyRelational } from "../stores/empty-relational.ts";

const { country } = loadCountry(process.argv[2]!);
const { database } = await openEmptyRelational();
const store = await openTimeSeriesStore();
await migrateTimeSeriesStore(store.writer, country);
const machines = await registerFactories(database, planFactories(country, { companies: 2, seed: 1 }));
const simulator = await startSimulator({
  country,
  machines,
  // Nothing listens there.
  broker: { host: "127.0.0.1", port: 1, certificateAuthority: process.argv[3]! },
  reader: store.reader,
  log: console,
});
while (simulator.status.processId === 0 || simulator.status.failure === undefined)
  await new Promise((resolve) => setTimeout(resolve, 20));
console.log(JSON.stringify({ processId: simulator.status.processId, failure: simulator.status.failure }));
await new Promise(() => setInterval(() => undefined, 1000));
