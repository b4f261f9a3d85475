/** SUBSCRIBE: a login may read its own subtree of topics. */
import type { AuthorizeSubscribeHandler } from "aedes";
import { isWithin } from "../access.ts";
import type { BrokerContext } from "./context.ts";

export function authorizeSubscribe({ clients }: BrokerContext): AuthorizeSubscribeHandler {
  return (client, subscription, done) => {
    const login = client === null ? undefined : clients.connectionOf(client)?.login;
    const allowed = login !== undefined && isWithin(subscription.topic, login);
    // null gives the return code 0x80 in the SUBACK: failure, as MQTT 3.1.1 section 3.9.3 has it.
    done(null, allowed ? subscription : null);
  };
}
