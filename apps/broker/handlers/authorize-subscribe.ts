/** SUBSCRIBE: a login may read its own subtree of topics, with so many filters. */
import type { AuthorizeSubscribeHandler } from "aedes";
import { isWithin } from "../access.ts";
import type { BrokerContext } from "./context.ts";

export function authorizeSubscribe({ clients, limits, refusals }: BrokerContext): AuthorizeSubscribeHandler {
  return (client, subscription, done) => {
    const { topic } = subscription;
    const connection = client === null ? undefined : clients.connectionOf(client);
    const login = connection?.login;
    // null gives the return code 0x80 in the SUBACK: failure, as MQTT 3.1.1 section 3.9.3 has it.
    if (connection === undefined || login === undefined || !isWithin(topic, login)) return done(null, null);
    const { group, subscriptions } = connection;
    const hasRoom =
      subscriptions.has(topic) ||
      (subscriptions.size < limits.subscriptions &&
        group.subscriptions < limits.subscriptionsOfLogin &&
        topic.length <= limits.filterLength);
    if (!hasRoom) {
      refusals.add("too-many-subscriptions", { username: login.username }, "a subscription was refused");
      return done(null, null);
    }
    clients.subscribe(connection, topic);
    done(null, subscription);
  };
}
