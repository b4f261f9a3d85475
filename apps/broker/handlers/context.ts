/** What each handler of the broker works with. */
import type { Ingest } from "../../ingest/ingest.ts";
import type { Clients } from "../clients.ts";
import type { BrokerLimits } from "../limits.ts";
import type { LoginCheck } from "../login.ts";
import type { Refusals } from "../refusals.ts";

export interface BrokerContext {
  readonly clients: Clients;
  readonly limits: BrokerLimits;
  readonly refusals: Refusals;
  readonly checkLogin: LoginCheck;
  readonly ingest: Ingest;
}
