/** The data path as a process of its own, to be killed: `node stack-process.ts <folder> <port> <machines>`. */
import {
  addMachine,
  addSite,
  type Credential,
  issueCredential,
  registerCompany,
} from "../../stores/relational/companies.ts";
import type { Database } from "../../stores/relational/database.ts";
import { company } from "../../stores/relational/schema.ts";
import { country, startDataPath } from "../broker/data-path.ts";
import { disagreements, rowsOf } from "../stores/rows.ts";
import type { FromStack, ToStack } from "./messages.ts";

const [folder, port, machines] = process.argv.slice(2);
const tell = (message: FromStack) => process.send!(message);

let differing: unknown[] = [];
let readings = 0;
const path = await startDataPath({
  folder: folder!,
  mqttPort: Number(port),
  beforeBroker: async ({ reader }) => {
    differing = await disagreements(reader, country.timezone);
    readings = Number(
      (await rowsOf<{ count: number }>(reader, "SELECT count() AS count FROM raw"))[0]!.count,
    );
  },
});
const watch = setInterval(() => {
  for (const error of path.fatal.splice(0)) tell({ kind: "fatal", error: `${error.name}: ${error.message}` });
}, 20);

process.on("message", async (message: ToStack) => {
  if (message.kind === "register") {
    const values = { company: "acme", site: "plant", kind: "lathe", plannedRunTimePerItem: 1 };
    tell({
      kind: "registered",
      machine: await addMachine(path.database, { ...values, name: message.machine }),
    });
    return;
  }
  clearInterval(watch);
  await path.close();
  process.disconnect();
});
// The test that started it has ended.
process.on("disconnect", () => process.exit());

tell({
  kind: "ready",
  mqttPort: path.broker.mqttPort,
  logins: await logins(path.database, Number(machines)),
  disagreements: differing,
  repaired: path.logs.filter(({ message }) => message.startsWith("rollups lacked")).length,
  readings,
});

/** Made at the first start; none at later ones, where the first remain valid. */
async function logins(database: Database, count: number): Promise<Record<string, Credential>> {
  const all: Record<string, Credential> = {};
  if ((await database.select().from(company)).length > 0) return all;
  await registerCompany(database, { name: "Acme", sector: "25", sizeBand: "small", simulated: false });
  const at = { company: "acme", site: await addSite(database, "acme", "Plant") };
  for (let index = 0; index < count; index += 1) {
    const machine = await addMachine(database, {
      ...at,
      name: `m-${index}`,
      kind: "lathe",
      plannedRunTimePerItem: 1,
    });
    all[machine] = await issueCredential(database, { ...at, machine });
  }
  return all;
}
