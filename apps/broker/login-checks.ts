/**
 * Answers what a RabbitMQ cluster asks about a machine's login, over HTTP (rabbitmq_auth_backend_http): `POST
 * /broker/user|vhost|resource|topic` with form fields, answered by `allow` or `deny`. The rules are those of the embedded
 * broker. Only a user's check reads the relational store: which topics a login may use follows from its user name.
 */
import { createHash, timingSafeEqual } from "node:crypto";
import { type Context, Hono } from "hono";
import { bodyLimit } from "hono/body-limit";
import { topicOf } from "../ingest/reading.ts";
import { isWithin, subtreeOf } from "./access.ts";
import { type BrokerManagement, managementUsername } from "./broker-management.ts";
import { longestNames } from "./limits.ts";
import type { AuthenticatedLogin, LoginCheck } from "./login.ts";
import { LoginConnections } from "./login-connections.ts";
import { type Log, Refusals } from "./refusals.ts";

/** The one virtual host. */
const virtualHost = "/";
/** All MQTT messages go through it. */
const exchange = "amq.topic";
/** A device with a wrong password retries it endlessly. */
const remembersWrongMilliseconds = 10_000;
const mostWrong = 50_000;
const largestBodyBytes = 16 * 1024;
/** Of the ids that client libraries make by default: long enough that no two devices have the same. */
const randomClientIdLength = 15;

export interface LoginChecksOptions {
  readonly checkLogin: Pick<LoginCheck, "check">;
  /** Counts the connections of a login. */
  readonly management: Pick<BrokerManagement, "countConnections">;
  /** With it this program uses the broker's management. */
  readonly readManagementPassword: () => string;
  /** Open at a time, on all brokers together. */
  readonly connectionsPerLogin: number;
  readonly log: Log;
  /** Called for a login that published to a topic it may not use: the broker ends its connection, and the company should learn why. */
  readonly onForeignTopic?: (login: TopicLogin, topic: string, detail: string) => void;
}

/** Whose topics a user name may use. */
export type TopicLogin = Omit<AuthenticatedLogin, "passwordHash">;

export interface LoginChecks {
  readonly fetch: Hono["fetch"];
  /** What was refused since start, by reason. */
  readonly refused: Refusals["counts"];
  /** Questions of the broker answered since start. */
  readonly answered: number;
}

export function loginChecks(options: LoginChecksOptions): LoginChecks {
  const { log, onForeignTopic } = options;
  const refusals = new Refusals(log);
  const checks: Readonly<Record<string, Check>> = {
    "/user": userCheck(options, refusals),
    "/vhost": (field) => field("vhost") === virtualHost && loginOf(field("username")) !== undefined,
    "/resource": mayUseResource,
    "/topic": topicCheck(refusals, onForeignTopic),
  };
  let answered = 0;
  const app = new Hono().basePath("/broker");
  app.use(bodyLimit({ maxSize: largestBodyBytes, onError: (c) => c.text("deny") }));
  for (const [path, check] of Object.entries(checks))
    app.post(path, async (c) => {
      answered += 1;
      const answer = await check(await fieldsOf(c));
      return c.text(answer === "administrator" ? "allow administrator" : answer ? "allow" : "deny");
    });
  app.onError((error, c) => {
    refusals.add("login-check-failed", { error: error.message }, "a login could not be checked");
    // Not `deny`: the broker takes it as a failure and caches nothing.
    return c.text("error", 503);
  });
  return {
    fetch: app.fetch,
    get refused() {
      return refusals.counts;
    },
    get answered() {
      return answered;
    },
  };
}

/** A form field of the broker's question; empty where absent. */
type Field = (name: string) => string;
/** Whether it is allowed; `administrator` also lets a user into the broker's management. */
type Answer = boolean | "administrator";
type Check = (field: Field) => Answer | Promise<Answer>;

async function fieldsOf(c: Context): Promise<Field> {
  const fields = new URLSearchParams(await c.req.text());
  return (name) => fields.get(name) ?? "";
}

function userCheck(options: LoginChecksOptions, refusals: Refusals): Check {
  const { checkLogin, management, readManagementPassword, connectionsPerLogin } = options;
  const wrong = new WrongLogins();
  const connections = new LoginConnections(management, connectionsPerLogin, refusals);
  return async (field) => {
    const username = field("username");
    const clientId = field("client_id");
    const password = field("password");
    if (username.length > longestNames.usernameLength || clientId.length > longestNames.clientIdLength) {
      refusals.add("client-id-too-long", {}, "a client id or user name was too long");
      return false;
    }
    if (username === managementUsername && isSame(password, readManagementPassword())) return "administrator";
    const digest = createHash("sha256").update(`${username}\0${password}`).digest("base64");
    const login = wrong.has(digest) ? undefined : await checkLogin.check(username, password);
    if (login === undefined) {
      wrong.add(digest);
      refusals.add("wrong-password", { username }, "a login was refused");
      return false;
    }
    if (!mayUseClientId(clientId, login)) {
      refusals.add(
        "client-id-of-another",
        { username, client: clientId.slice(0, 100) },
        `a client id must be the user name, begin with the company's id and a slash, or be random with ${randomClientIdLength} characters or more`,
      );
      return false;
    }
    if (connections.letIn(username, clientId)) return true;
    refusals.add("too-many-connections-of-login", { username }, "a login has too many connections");
    return false;
  };
}

function isSame(given: string, right: string): boolean {
  const [one, other] = [given, right].map((text) => createHash("sha256").update(text).digest());
  return right !== "" && timingSafeEqual(one!, other!);
}

function mayUseResource(field: Field): boolean {
  const login = loginOf(field("username"));
  if (field("vhost") !== virtualHost || login === undefined) return false;
  const [kind, name, permission] = [field("resource"), field("name"), field("permission")];
  if (kind === "exchange") return name === exchange && permission !== "configure";
  const clientId = kind === "queue" ? /^mqtt-subscription-(.*)qos[01]$/s.exec(name)?.[1] : undefined;
  return clientId !== undefined && mayUseClientId(clientId, login);
}

function topicCheck(refusals: Refusals, onForeignTopic: LoginChecksOptions["onForeignTopic"]): Check {
  return (field) => {
    const login = loginOf(field("username"));
    if (login === undefined || field("vhost") !== virtualHost || field("name") !== exchange) return false;
    const topic = topicOf(field("routing_key"));
    if (isWithin(topic, login)) return true;
    const { username } = login;
    refusals.add("topic-not-allowed", { username, topic: topic.slice(0, 200) }, "a topic was refused");
    if (field("permission") === "write")
      onForeignTopic?.(login, topic, `This login may publish below ${subtreeOf(login)}/ only.`);
    return false;
  };
}

/** A user name is `company` or `company/site/machine`; no other, such as the web app's own, may use MQTT or AMQP. */
function loginOf(username: string): TopicLogin | undefined {
  const [company, site, machine, ...rest] = username.split("/");
  if (!company || rest.length > 0) return undefined;
  if (site === undefined) return { username, company };
  return site && machine ? { username, company, site, machine } : undefined;
}

/**
 * A cluster identifies clients by client id alone: a new connection with the same id ends the old one. So an id belongs to
 * the company that it begins with; a long random one, such as the broker makes where a client sends none, is unique.
 */
function mayUseClientId(clientId: string, { company }: Pick<AuthenticatedLogin, "company">): boolean {
  if (clientId === "" || (clientId.length >= randomClientIdLength && /^[A-Za-z0-9_-]*$/.test(clientId)))
    return true;
  return clientId === company || clientId.startsWith(`${company}/`);
}

class WrongLogins {
  /** When it was last wrong, oldest first. */
  readonly #at = new Map<string, number>();

  has(digest: string, now = Date.now()): boolean {
    const at = this.#at.get(digest);
    return at !== undefined && now - at < remembersWrongMilliseconds;
  }

  add(digest: string, now = Date.now()): void {
    if (this.has(digest, now)) return;
    this.#at.delete(digest);
    this.#at.set(digest, now);
    if (this.#at.size > mostWrong) this.#at.delete(this.#at.keys().next().value!);
  }
}
