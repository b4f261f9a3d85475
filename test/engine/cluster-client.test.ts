/** The cluster's client against a server with TLS: whom it trusts, as whom it speaks, and what it says when that fails. */
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { openCertificates } from "../../apps/broker/certificates.ts";
import { ClusterClient } from "../../cluster/cluster-client.ts";
import { ClusterError } from "../../cluster/cluster-error.ts";
import { kubeconfigFiles, readKubeconfigs } from "../../cluster/kubeconfig.ts";
import { type Answer, ApiServer, type Asked } from "./api-server.ts";

let folder: string;
let api: ApiServer;
let answer: (asked: Asked) => Answer;
const clients: ClusterClient[] = [];

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "rollout-cluster-"));
  answer = () => ({ body: { gitVersion: "v1.34.4" } });
  api = await ApiServer.start(folder, (asked) => answer(asked));
});
afterEach(async () => {
  for (const client of clients.splice(0)) client.close();
  await api.close();
  rmSync(folder, { recursive: true, force: true });
});

function clientOf(user: object, cluster: object = {}): ClusterClient {
  const client = ClusterClient.ofFiles([api.kubeconfig(folder, user, cluster)]);
  clients.push(client);
  return client;
}

async function errorOf(action: () => unknown): Promise<ClusterError> {
  try {
    await action();
  } catch (error) {
    if (error instanceof ClusterError) return error;
    throw error;
  }
  throw new Error("It did not fail.");
}

test("speaks as the client certificate of the kubeconfig, given as data or as a file beside it", async () => {
  const { certificate, key } = await openCertificates(join(folder, "client"));
  const data = {
    "client-certificate-data": Buffer.from(certificate).toString("base64"),
    "client-key-data": Buffer.from(key).toString("base64"),
  };
  await clientOf(data).get("/version");
  mkdirSync(join(folder, "pki"));
  writeFileSync(join(folder, "pki", "me.crt"), certificate);
  writeFileSync(join(folder, "pki", "me.key"), key);
  await clientOf({ "client-certificate": "pki/me.crt", "client-key": "pki/me.key" }).get("/version");
  const [first, second] = api.asked;
  expect(first?.client).toBeTruthy();
  expect(second?.client).toBe(first?.client);
});

test("reads a token's file anew for each request", async () => {
  const tokenFile = join(folder, "token");
  writeFileSync(tokenFile, "one\n");
  const client = clientOf({ tokenFile: "token" });
  await client.get("/version");
  writeFileSync(tokenFile, "two\n");
  await client.get("/version");
  expect(api.asked.map(({ token }) => token)).toEqual(["one", "two"]);
});

test("asks a program for the login once, and again when the server does not know it any more", async () => {
  const program = join(folder, "login");
  writeFileSync(
    program,
    `#!/bin/sh\necho x >> "${folder}/runs"\necho "{\\"kind\\":\\"ExecCredential\\",\\"status\\":{\\"token\\":\\"t$(wc -l < "${folder}/runs" | tr -d ' ')\\"}}"\n`,
  );
  chmodSync(program, 0o755);
  answer = ({ token }) => (token === "t1" && api.asked.length > 2 ? { status: 401, body: {} } : { body: {} });
  const client = clientOf({ exec: { apiVersion: "client.authentication.k8s.io/v1", command: "./login" } });
  await client.get("/a");
  await client.get("/b");
  await client.get("/c");
  expect(api.asked.map(({ path, token }) => `${path} ${token}`)).toEqual([
    "/a t1",
    "/b t1",
    "/c t1",
    "/c t2",
  ]);
  expect(readFileSync(join(folder, "runs"), "utf8")).toBe("x\nx\n");
});

test("names a login program that is missing, with the hint of the kubeconfig, and one that fails, with its last words", async () => {
  const missing = clientOf({ exec: { command: "no-such-login", installHint: "Install it from here." } });
  expect(await errorOf(() => missing.get("/version"))).toMatchObject({
    reason: "unauthenticated",
    message: "The kubeconfig takes its login from the program no-such-login, which is not installed.",
    remediation: "Install it from here.",
  });
  writeFileSync(join(folder, "login"), "#!/bin/sh\necho 'session has ended' >&2\nexit 1\n");
  chmodSync(join(folder, "login"), 0o755);
  const failing = clientOf({ exec: { command: "./login" } });
  expect((await errorOf(() => failing.get("/version"))).message).toContain("session has ended");
});

test("trusts nobody but the kubeconfig's authority", async () => {
  const { ca } = await openCertificates(join(folder, "other"));
  const client = clientOf(
    { token: "x" },
    { "certificate-authority-data": Buffer.from(ca).toString("base64") },
  );
  const error = await errorOf(() => client.get("/version"));
  expect(error.reason).toBe("unreachable");
  expect(error.message).toContain("its certificate");
  expect(api.asked).toEqual([]);
});

test("says where nobody answers, and what is refused", async () => {
  answer = () => ({
    status: 403,
    body: { kind: "Status", message: 'nodes is forbidden: User "me" cannot list' },
  });
  const client = clientOf({ token: "x" });
  expect(await errorOf(() => client.get("/api/v1/nodes?limit=1"))).toMatchObject({
    reason: "forbidden",
    message: 'The API server refuses GET /api/v1/nodes: nodes is forbidden: User "me" cannot list.',
  });
  await api.close();
  expect((await errorOf(() => client.get("/version"))).message).toMatch(/can't be reached: /);
});

test("lists page by page, and nothing of a kind that the cluster does not know", async () => {
  const names = Array.from({ length: 1203 }, (_, index) => `pod-${index}`);
  answer = ({ path }) => {
    const url = new URL(path, api.address);
    if (url.pathname === "/api/v1")
      return {
        body: {
          resources: [
            { name: "pods/log", kind: "Pod", namespaced: true },
            { name: "pods", kind: "Pod", namespaced: true },
          ],
        },
      };
    if (url.pathname !== "/api/v1/namespaces/rollout/pods")
      return { status: 404, body: { message: "not found" } };
    const start = Number(url.searchParams.get("continue") ?? "0");
    const end = start + Number(url.searchParams.get("limit"));
    return {
      body: {
        metadata: end < names.length ? { continue: String(end) } : {},
        items: names.slice(start, end).map((name) => ({ metadata: { name, namespace: "rollout" } })),
      },
    };
  };
  const client = clientOf({ token: "x" });
  const pods = await client.list("v1", "Pod", { namespace: "rollout" });
  expect(pods.map(({ metadata }) => metadata.name)).toEqual(names);
  expect(pods[0]?.kind).toBe("Pod");
  expect(await client.list("cert-manager.io/v1", "Certificate")).toEqual([]);
});

test("merges kubeconfigs as kubectl does: the first that says something wins", async () => {
  const [first, second] = [join(folder, "first"), join(folder, "second")];
  writeFileSync(first, "current-context: a\ncontexts: [{name: a, context: {cluster: c, user: u}}]\n");
  writeFileSync(
    second,
    "current-context: b\ncontexts: [{name: a, context: {cluster: d}}, {name: b, context: {cluster: d}}]\n" +
      "clusters: [{name: c, cluster: {server: 'https://c'}}, {name: d, cluster: {server: 'https://d'}}]\nusers: [{name: u, user: {token: t}}]\n",
  );
  const files = kubeconfigFiles({ KUBECONFIG: `${first}:${join(folder, "absent")}:${second}` });
  expect(readKubeconfigs(files)).toMatchObject({ context: "a", server: "https://c", token: "t" });
  expect(readKubeconfigs(files, "b")).toMatchObject({ context: "b", server: "https://d" });
  expect(await errorOf(() => readKubeconfigs(files, "production"))).toMatchObject({
    reason: "unconfigured",
    message: `${first}, ${second} has no context "production".`,
    remediation: "It has a, b. Correct hosting.kubernetes.context, or add the context.",
  });
});

test.each([
  ["not there", undefined, /^There is no kubeconfig: /],
  ["not YAML", "a: [", /is no kubeconfig: it is not YAML\.$/],
  ["a list", "- a", /is no kubeconfig\.$/],
  ["without a context", "clusters: []", /has no current context\.$/],
  [
    "without its cluster",
    "current-context: a\ncontexts: [{name: a, context: {cluster: gone}}]",
    /names the cluster "gone", which is not there\.$/,
  ],
  [
    "with a proxy",
    "current-context: a\ncontexts: [{name: a, context: {cluster: c}}]\nclusters: [{name: c, cluster: {server: 'https://c', proxy-url: 'http://p'}}]",
    /uses a proxy/,
  ],
])("says what is wrong with a kubeconfig that is %s", async (_, text, message) => {
  const file = join(folder, "wrong");
  if (text !== undefined) writeFileSync(file, text);
  const error = await errorOf(() => readKubeconfigs([file]));
  expect(error.message).toMatch(message);
  expect(error.remediation).not.toBe("");
});

test("refuses an API server without TLS", async () => {
  const error = await errorOf(() => clientOf({ token: "x" }, { server: "http://127.0.0.1:8080" }));
  expect(error.message).toContain("without TLS");
});
