/** In the place of ClickHouse's Keeper, which one server alone does not need: answers the probes and nothing else. */
import { createServer } from "node:net";
import { ports } from "../../../components/ports.ts";

const server = createServer((socket) => socket.destroy()).listen(ports.keeper.clients, "::");
for (const signal of ["SIGTERM", "SIGINT"] as const)
  process.once(signal, () => server.close(() => process.exit(0)));
