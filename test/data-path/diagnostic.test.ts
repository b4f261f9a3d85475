/** The web app as several instances of a cluster: HTTPS, the broker's checks of logins, and all that instances share. */
import { X509Certificate } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import type { IncomingHttpHeaders } from "node:http";
import { request } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connect } from "node:tls";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createAccount } from "../../apps/diagnostic/accounts/accounts.ts";
import { makeEntryLink } from "../../apps/diagnostic/accounts/entry.ts";
import { type DiagnosticServer, serveDiagnostic } from "../../apps/diagnostic/serve.ts";
import {
  addMachine,
  addSite,
  type Credential,
  issueCredential,
  registerCompany,
} from "../../stores/relational/companies.ts";
import type { RelationalStore } from "../../stores/relational/database.ts";
import type { MessageFlow } from "../../stores/relational/message-flow.ts";
import { reportState } from "../../stores/relational/program-state.ts";
import { migrateTimeSeriesStore } from "../../stores/time-series/migrate.ts";
import { openTimeSeriesStore, type TimeSeriesStore } from "../../stores/time-series/store.ts";
import { loadFile } from "../diagnostic/app-under-test.ts";
import { openEmptyRelational } from "../stores/empty-relational.ts";
import { type CertificateFolder, TestAuthority } from "./certificates.ts";

const folder = mkdtempSync(join(tmpdir(), "diagnostic-"));
const { country, catalogues } = loadFile("za");
const password = "three short words";
const logged: string[] = [];
const note = (fields: object, message: string) => logged.push(`${message} ${JSON.stringify(fields)}`);

let authority: TestAuthority;
let own: CertificateFolder;
let broker: CertificateFolder;
let store: TimeSeriesStore;
let relational: RelationalStore;
let instances: DiagnosticServer[];
let serve: (onlyFromGateway: boolean) => Promise<DiagnosticServer>;
let machine: Credential;
let companyLogin: Credential;

beforeAll(async () => {
  authority = await TestAuthority.make();
  own = await authority.issue(join(folder, "own"), "diagnostic", ["localhost"]);
  broker = await authority.issue(join(folder, "broker"), "broker");
  store = await openTimeSeriesStore();
  await migrateTimeSeriesStore(store.writer, country);
  relational = await openEmptyRelational();
  const { database } = relational;
  const managementPassword = join(folder, "management-password");
  writeFileSync(managementPassword, "of the broker's management\n");
  const connections = {
    certificate: own,
    web: { address: "https://sme.test", port: 0, loginsPort: 0, onlyFromGateway: true },
    machines: { host: "mqtt.sme.test", port: 8883 },
    broker: {
      host: "broker",
      port: 5671,
      serverName: "mqtt.sme.test",
      authority: own.authority,
      queues: [],
      management: { url: "https://localhost:1", password: managementPassword },
    },
  };
  serve = (onlyFromGateway) =>
    serveDiagnostic({
      connections: { ...connections, web: { ...connections.web, onlyFromGateway } },
      localisation: { country, catalogues },
      database,
      reader: store.writer,
      log: { info: note, warn: note, error: note },
      host: "localhost",
      renewalMilliseconds: 50,
    });
  instances = await Promise.all([serve(true), serve(true)]);
  const company = await registerCompany(database, {
    name: "Acme",
    sector: country.programme.sectors[0]!,
    sizeBand: country.programme.sizeBands[0]!.id,
    simulated: false,
  });
  const site = await addSite(database, company, "Plant");
  await addMachine(database, { company, site, name: "Lathe", kind: "lathe", plannedRunTimePerItem: 10 });
  machine = await issueCredential(database, { company, site, machine: "lathe" });
  companyLogin = await issueCredential(database, { company });
  await createAccount(database, {
    email: "owner@acme.test",
    password,
    role: "company",
    company,
    language: "en",
  });
}, 120_000);

afterAll(async () => {
  await Promise.all(instances.map((instance) => instance.stop()));
  await relational.close();
  await store.close();
  rmSync(folder, { recursive: true, force: true });
});

interface Asked {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

function ask(
  port: number,
  path: string,
  options: {
    form?: Record<string, string>;
    headers?: Record<string, string>;
    certificate?: CertificateFolder;
  } = {},
): Promise<Asked> {
  const { form, certificate } = options;
  return new Promise((resolve, reject) => {
    const sent = request(
      {
        host: "localhost",
        // The gateway's check of the pod's name; the host that the browser asked for is another.
        servername: "localhost",
        port,
        path,
        ca: authority.pem,
        agent: false,
        method: form === undefined ? "GET" : "POST",
        headers: {
          ...(form === undefined ? {} : { "content-type": "application/x-www-form-urlencoded" }),
          host: "sme.test",
          origin: "https://sme.test",
          accept: "text/html",
          ...options.headers,
        },
        ...(certificate === undefined
          ? {}
          : { cert: readFileSync(certificate.certificate), key: readFileSync(certificate.key) }),
      },
      (response) => {
        const chunks: Buffer[] = [];
        response.on("data", (chunk: Buffer) => chunks.push(chunk));
        response.on("error", reject);
        response.on("end", () =>
          resolve({
            status: response.statusCode!,
            headers: response.headers,
            text: Buffer.concat(chunks).toString(),
          }),
        );
      },
    );
    sent.on("error", reject);
    sent.end(form === undefined ? undefined : new URLSearchParams(form).toString());
  });
}

/** The cookie of a session that was begun at the instance. */
async function signedIn({ port }: DiagnosticServer, path: string): Promise<string> {
  const { headers } = await ask(port, path, { form: {} });
  const cookie = headers["set-cookie"]?.find((line) => line.startsWith("__Host-session="));
  expect(cookie).toMatch(/; Secure/);
  return cookie!.split(";")[0]!;
}

const check = (path: string, form: Record<string, string>, certificate = broker) =>
  ask(instances[0]!.loginsPort, `/broker/${path}`, { form, certificate });

test("a session begun at one instance is valid at the other, over HTTPS only", async () => {
  const [first, second] = instances as [DiagnosticServer, DiagnosticServer];
  const { headers, status } = await ask(first.port, "/sign-in", {
    form: { email: "owner@acme.test", password },
  });
  expect(status).toBe(303);
  expect(headers["strict-transport-security"]).toMatch(/max-age/);
  const cookie = headers["set-cookie"]!.find((line) => line.startsWith("__Host-session="))!.split(";")[0]!;
  const page = await ask(second.port, "/connect", { headers: { cookie } });
  expect(page.status).toBe(200);
  expect(page.text).toContain("Lathe");
});

test("attempts at a password count together at all instances, by the address that the gateway saw", async () => {
  const attempt = (index: number, address: string) =>
    ask(instances[index % 2]!.port, "/sign-in", {
      form: { email: "guessed@acme.test", password: `guess ${index}` },
      // The first address is the client's own header.
      headers: { "x-forwarded-for": `203.0.113.${index}, ${address}` },
    });
  const answers = await Promise.all(Array.from({ length: 12 }, (_, index) => attempt(index, "198.51.100.7")));
  expect(answers.filter(({ status }) => status === 429).length).toBe(2);
  expect((await attempt(0, "198.51.100.8")).status).toBe(422);
});

test("where every pod reaches the pages, the address that a client names is not believed", async () => {
  const open = await serve(false);
  try {
    const attempt = (index: number) =>
      ask(open.port, "/sign-in", {
        form: { email: "forged@acme.test", password: `guess ${index}` },
        headers: { "x-forwarded-for": `203.0.113.${index}` },
      });
    const answers = await Promise.all(Array.from({ length: 12 }, (_, index) => attempt(index)));
    expect(answers.filter(({ status }) => status === 429).length).toBe(2);
  } finally {
    await open.stop();
  }
});

test("requests for another host than the file's domain are refused", async () => {
  const { port } = instances[0]!;
  const answer = await ask(port, "/sign-in", { headers: { host: "diagnostic.rollout:8443" } });
  expect([answer.status, answer.text]).toEqual([421, "These pages are at https://sme.test."]);
  expect((await ask(port, "/sign-in", { headers: { host: "sme.test:443" } })).status).toBe(200);
});

test("the ministry's first login is by a link that works once, at whichever instance", async () => {
  const { database } = relational;
  const link = await makeEntryLink(database, country);
  expect(link).toMatchObject({ email: country.programme.operator.email.toLowerCase(), isNew: true });
  const cookie = await signedIn(instances[1]!, link.path);
  expect((await ask(instances[0]!.port, "/ministry", { headers: { cookie } })).status).toBe(200);
  expect((await ask(instances[0]!.port, link.path)).status).toBe(410);
  // A lost password: another link to the same account.
  expect(await makeEntryLink(database, country)).toMatchObject({ isNew: false });
});

test("the flow is what all ingests report, and nothing is shown as zero where none does", async () => {
  const { database } = relational;
  const cookie = await signedIn(instances[0]!, (await makeEntryLink(database, country)).path);
  const page = async () => (await ask(instances[1]!.port, "/ministry", { headers: { cookie } })).text;
  const received = (text: string) => /Messages received<\/dt><dd>(.*?)<\/dd>/.exec(text)?.[1];
  const unknown = await page();
  expect(received(unknown)).toContain("–");
  expect(unknown).toContain("no instance has reported that it runs");
  const flow = (messages: number): MessageFlow => ({
    messages,
    stored: messages,
    rejected: 0,
    rejectedByReason: {},
    duplicates: 0,
    batches: 1,
    commitMilliseconds: 1,
    waiting: 0,
    lagMilliseconds: 0,
  });
  for (const [instance, messages] of [
    ["ingest-a", 40],
    ["ingest-b", 2],
  ] as const)
    await reportState(database, {
      program: "ingest",
      instance,
      health: "healthy",
      detail: "2 queues",
      flow: flow(messages),
    });
  const known = await page();
  expect(received(known)).toBe("42");
  expect(known).not.toContain("no instance has reported that it runs");
});

test("only the broker asks about logins, and learns no more than yes or no", async () => {
  const port = instances[0]!.loginsPort;
  const form = { username: machine.username, password: machine.password, client_id: machine.username };
  await expect(ask(port, "/broker/user", { form })).rejects.toThrow();
  await expect(ask(port, "/broker/user", { form, certificate: own })).rejects.toThrow();
  const stranger = await (await TestAuthority.make()).issue(join(folder, "stranger"), "broker");
  await expect(ask(port, "/broker/user", { form, certificate: stranger })).rejects.toThrow();
  expect(await check("user", form)).toMatchObject({ status: 200, text: "allow" });
  expect((await ask(instances[0]!.port, "/broker/user", { form })).text).not.toContain("allow");
});

test("the web app alone uses the broker's management, and this user reaches no message", async () => {
  const form = { username: "part/diagnostic", password: "of the broker's management" };
  expect((await check("user", form)).text).toBe("allow administrator");
  for (const wrong of ["", "of the broker's management ", machine.password])
    expect((await check("user", { ...form, password: wrong })).text).toBe("deny");
  expect((await check("vhost", { ...form, vhost: "/" })).text).toBe("deny");
  const topic = {
    vhost: "/",
    resource: "topic",
    name: "amq.topic",
    permission: "write",
    routing_key: "sme.v1.part.a.b.c",
  };
  expect((await check("topic", { ...form, ...topic })).text).toBe("deny");
});

test("a login gets no more connections than may be let in uncounted while no broker counts them", async () => {
  const company = { username: companyLogin.username, password: companyLogin.password };
  const answers: string[] = [];
  for (let index = 0; index < 130; index += 1) {
    const client_id = `${companyLogin.username}/${index}`;
    answers.push((await check("user", { ...company, client_id })).text);
  }
  expect(answers.indexOf("deny")).toBe(125);
  expect(answers.slice(125)).not.toContain("allow");
  // A client that connects again replaces its connection.
  expect((await check("user", { ...company, client_id: `${companyLogin.username}/0` })).text).toBe("allow");
  const { username, password } = machine;
  expect((await check("user", { username, password, client_id: username })).text).toBe("allow");
});

test.each([
  ["a wrong password", { password: "wrong" }],
  ["no password", { password: "" }],
  ["an unknown user", { username: "acme/plant/mill" }],
  ["the part that takes readings", { username: "ingest" }],
  ["a user name that the store can't hold", { username: "acme\0" }],
  ["a user name that is too long", { username: "a".repeat(200) }],
  ["another company's client id", { client_id: "other/plant/lathe" }],
  ["a client id that anybody may have", { client_id: "plc1" }],
])("%s is refused", async (_what, change) => {
  const form = { username: machine.username, password: machine.password, client_id: machine.username };
  expect((await check("user", { ...form, ...change })).text).toBe("deny");
  expect(logged.join("\n")).not.toContain(machine.password);
});

test.each([
  ["sme.v1.acme.plant.lathe.temperature", "write", "allow"],
  ["sme.v1.acme.plant.lathe.#", "read", "allow"],
  ["sme.v1.acme.plant.mill.temperature", "write", "deny"],
  ["sme.v1.acme2.plant.lathe.temperature", "write", "deny"],
  ["sme.v1.*.plant.lathe.temperature", "read", "deny"],
  ["#", "read", "deny"],
  ["", "write", "deny"],
])("topic %s for %s: %s", async (routing_key, permission, answer) => {
  const form = { username: machine.username, vhost: "/", resource: "topic", name: "amq.topic" };
  expect((await check("topic", { ...form, permission, routing_key })).text).toBe(answer);
});

test.each([
  [{ resource: "exchange", name: "amq.topic", permission: "write" }, "allow"],
  [{ resource: "exchange", name: "amq.topic", permission: "configure" }, "deny"],
  [{ resource: "exchange", name: "readings", permission: "write" }, "deny"],
  [{ resource: "queue", name: "readings-1", permission: "read" }, "deny"],
  [{ resource: "queue", name: "mqtt-subscription-acme/plant/latheqos1", permission: "configure" }, "allow"],
  [{ resource: "queue", name: "mqtt-subscription-other/plant/latheqos1", permission: "read" }, "deny"],
  [{ resource: "exchange", name: "amq.topic", permission: "write", vhost: "other" }, "deny"],
])("resource %j: %s", async (form, answer) => {
  expect((await check("resource", { username: machine.username, vhost: "/", ...form })).text).toBe(answer);
});

test("a topic that a login may not use is shown to its company, once", async () => {
  const form = {
    username: machine.username,
    vhost: "/",
    resource: "topic",
    name: "amq.topic",
    permission: "write",
  };
  for (let time = 0; time < 3; time += 1)
    await check("topic", { ...form, routing_key: "sme.v1.other.plant.lathe.temperature" });
  const rows = async () => {
    const result = await store.reader.query({
      query:
        "SELECT company, topic, reason FROM rejected WHERE topic = 'sme/v1/other/plant/lathe/temperature'",
      format: "JSONEachRow",
    });
    return result.json();
  };
  while ((await rows()).length === 0) await new Promise((resolve) => setTimeout(resolve, 20));
  expect(await rows()).toEqual([
    { company: "acme", topic: "sme/v1/other/plant/lathe/temperature", reason: "topic-not-allowed" },
  ]);
});

test("a new password, or a revoked login, takes effect at once", async () => {
  const { database } = relational;
  const scope = { company: "acme", site: "plant", machine: "lathe" };
  const form = { username: machine.username, client_id: "" };
  const fresh = await issueCredential(database, scope);
  expect((await check("user", { ...form, password: machine.password })).text).toBe("deny");
  expect((await check("user", { ...form, password: fresh.password })).text).toBe("allow");
  machine = fresh;
});

test("a renewed certificate is shown without a restart", async () => {
  const shown = () =>
    new Promise<string>((resolve, reject) => {
      const socket = connect({ host: "localhost", port: instances[0]!.port, ca: authority.pem }, () => {
        resolve(socket.getPeerX509Certificate()!.serialNumber);
        socket.destroy();
      });
      socket.on("error", reject);
    });
  const before = await shown();
  await authority.issue(own.folder, "diagnostic", ["localhost"]);
  const renewed = new X509Certificate(readFileSync(own.certificate)).serialNumber;
  expect(renewed).not.toBe(before);
  while ((await shown()) !== renewed) await new Promise((resolve) => setTimeout(resolve, 20));
}, 60_000);
