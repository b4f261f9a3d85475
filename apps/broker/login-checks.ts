/**
 * What a RabbitMQ cluster asks before it lets a machine in, over HTTP (rabbitmq_auth_backend_http): `POST
 * /broker/user|vhost|resource|topic` with form fields, answered by `allow` or `deny`. The rules are those of the embedded
 * broker. Only a user's check reads the relational store: a user name tells by itself which topics it may use.
 */
import { createHash } from "node:crypto";
import { type Context, Hono } from "hono";
import { bodyLimit } from "hono/body-limit";
import { isWithin, subtreeOf } from "./access.ts";
import { standardLimits } from "./limits.ts";
import type { AuthenticatedLogin, LoginCheck } from "./login.ts";
import { type Log, Refusals } from "./refusals.ts";

/** The one virtual host. */
const virtualHost = "/";
/** Through which all MQTT messages go. */
const exchange = "amq.topic";
/** A device that has a wrong password tries again and again. */
const remembersWrongMilliseconds = 10_000;
const mostWrong = 50_000;
const largestBodyBytes = 16 * 1024;
/** As client libraries make them by default: long enough that no two devices have the same. */
const randomClientIdLength = 15;

export interface LoginChecksOptions {
  readonly checkLogin: Pick<LoginCheck, "check">;
  readonly log: Log;
  /** Told of a login that used a topic it may not use: the broker ends its connection, and the company should learn why. */
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

export function loginChecks({ checkLogin, log, onForeignTopic }: LoginChecksOptions): LoginChecks {
  const refusals = new Refusals(log);
  const wrong = new WrongLogins();
  let answered = 0;
  const app = new Hono().basePath("/broker");
  app.use(bodyLimit({ maxSize: largestBodyBytes, onError: (c) => c.text("deny") }));
  const ask = (path: string, check: (field: Field) => boolean | Promise<boolean>) =>
    app.post(path, async (c) => {
      answered += 1;
      return c.text((await check(await fieldsOf(c))) ? "allow" : "deny");
    });

  ask("/user", async (field) => {
    const username = field("username");
    const clientId = field("client_id");
    const password = field("password");
    if (username.length > standardLimits.usernameLength || clientId.length > standardLimits.clientIdLength) {
      refusals.add("client-id-too-long", {}, "a client id or user name was too long");
      return false;
    }
    const digest = createHash("sha256").update(`${username}\0${password}`).digest("base64");
    const login = wrong.has(digest) ? undefined : await checkLogin.check(username, password);
    if (login === undefined) {
      wrong.add(digest);
      refusals.add("wrong-password", { username }, "a login was refused");
      return false;
    }
    if (mayUseClientId(clientId, login)) return true;
    refusals.add(
      "client-id-of-another",
      { username, client: clientId.slice(0, 100) },
      `a client id must be the user name, begin with the company's id and a slash, or be random with ${randomClientIdLength} characters or more`,
    );
    return false;
  });

  ask("/vhost", (field) => field("vhost") === virtualHost && loginOf(field("username")) !== undefined);

  ask("/resource", (field) => {
    const login = loginOf(field("username"));
    if (field("vhost") !== virtualHost || login === undefined) return false;
    const [kind, name, permission] = [field("resource"), field("name"), field("permission")];
    if (kind === "exchange") return name === exchange && permission !== "configure";
    const clientId = kind === "queue" ? /^mqtt-subscription-(.*)qos[01]$/s.exec(name)?.[1] : undefined;
    return clientId !== undefined && mayUseClientId(clientId, login);
  });

  ask("/topic", (field) => {
    const login = loginOf(field("username"));
    if (login === undefined || field("vhost") !== virtualHost || field("name") !== exchange) return false;
    const topic = mqttTopicOf(field("routing_key"));
    if (isWithin(topic, login)) return true;
    const isPublish = field("permission") === "write";
    const { username } = login;
    refusals.add("topic-not-allowed", { username, topic: topic.slice(0, 200) }, "a topic was refused");
    if (isPublish) onForeignTopic?.(login, topic, `This login may publish below ${subtreeOf(login)}/ only.`);
    return false;
  });

  app.onError((error, c) => {
    refusals.add("login-check-failed", { error: error.message }, "a login could not be checked");
    // Not `deny`: the broker takes it as a failure and remembers nothing.
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

type Field = (name: string) => string;

async function fieldsOf(c: Context): Promise<Field> {
  const fields = new URLSearchParams(await c.req.text());
  return (name) => fields.get(name) ?? "";
}

/** MQTT's levels are AMQP's words. */
function mqttTopicOf(routingKey: string): string {
  return routingKey.replaceAll(".", "/");
}

/** A user name is `company` or `company/site/machine`; the broker asks only about those whose password was right. */
function loginOf(username: string): TopicLogin | undefined {
  const [company, site, machine, ...rest] = username.split("/");
  if (!company || rest.length > 0) return undefined;
  if (site === undefined) return { username, company };
  return site && machine ? { username, company, site, machine } : undefined;
}

/**
 * A cluster knows clients by client id alone: who connects with another's ends its connection. So an id belongs to the
 * company it begins with; a long random one, such as the broker makes where a client sends none, is nobody else's.
 */
function mayUseClientId(clientId: string, { company }: Pick<AuthenticatedLogin, "company">): boolean {
  if (clientId === "" || (clientId.length >= randomClientIdLength && /^[A-Za-z0-9_-]*$/.test(clientId)))
    return true;
  return clientId === company || clientId.startsWith(`${company}/`);
}

class WrongLogins {
  /** When it was last wrong, in order. */
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
