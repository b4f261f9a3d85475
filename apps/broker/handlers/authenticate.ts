/** CONNECT: the login's password, its number of connections, and its last will. */
import type { AuthenticateHandler } from "aedes";
import { subtreeOf } from "../access.ts";
import type { Connection } from "../connection.ts";
import type { AuthenticatedLogin } from "../login.ts";
import type { BrokerContext } from "./context.ts";

/** Return codes of CONNACK in MQTT 3.1.1, section 3.2.2.3. */
const unavailable = 3;
const badLogin = 4;
const notAuthorised = 5;
type Refuse = (returnCode: 3 | 4 | 5, message: string) => void;

export function authenticateClient(context: BrokerContext): AuthenticateHandler {
  const { checkLogin, clients, refusals } = context;
  return (client, username = "", password, done) => {
    const connection = clients.connectionOf(client);
    const refuse: Refuse = (returnCode, message) =>
      done(Object.assign(new Error(message), { returnCode }), false);
    checkLogin
      .check(username ?? "", password?.toString("utf8") ?? "")
      .then((login) => {
        if (login === undefined) {
          refusals.add("wrong-password", { username }, "a login was refused");
          return refuse(badLogin, "bad user name or password");
        }
        if (hasTooManyConnections(context, login, refuse)) return;
        if (hasForeignWill(context, connection, login, refuse)) return;
        if (!clients.connections.has(connection)) return;
        clients.logIn(connection, login);
        done(null, true);
      })
      .catch((error: unknown) => {
        refusals.add("login-check-failed", { error: String(error) }, "a login could not be checked");
        refuse(unavailable, "the broker cannot check logins now");
      });
  };
}

function hasTooManyConnections(
  { clients, limits, refusals }: BrokerContext,
  { username }: AuthenticatedLogin,
  refuse: Refuse,
): boolean {
  const count = clients.countOf(username);
  if (count < limits.connectionsPerLogin) return false;
  refusals.add("too-many-connections-of-login", { username, count }, "a login has too many connections");
  refuse(unavailable, "too many connections of this login");
  return true;
}

function hasForeignWill(
  { ingest, refusals }: BrokerContext,
  { will }: Connection,
  login: AuthenticatedLogin,
  refuse: Refuse,
): boolean {
  const subtree = subtreeOf(login);
  if (will === undefined || (will.topic.startsWith(`${subtree}/`) && !/[+#\0]/.test(will.topic)))
    return false;
  const detail = `The last will's topic must be below ${subtree}/ and have no wildcards.`;
  refusals.add(
    "last-will-not-allowed",
    { username: login.username },
    "a client's last will has a topic that it may not use",
  );
  // A device retries endlessly: marked as redelivered, the message is kept once an hour.
  const message = { company: login.company, ...will, redelivered: true };
  ingest.reject(message, "topic-not-allowed", detail, () => refuse(notAuthorised, detail));
  return true;
}
