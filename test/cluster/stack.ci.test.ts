/**
 * The whole stack on a real cluster: RabbitMQ, PostgreSQL by CloudNativePG, cert-manager and the kit's programs from their
 * images. In ClickHouse's place stands the same engine behind its HTTP interface alone, without replication and keeper;
 * NetworkPolicies are objects that a cluster without such a network does not enforce.
 *
 * Machines publish from outside by MQTT over TLS, people read the pages by HTTPS, and every part is killed meanwhile:
 * nothing that was acknowledged is lost, nothing is there twice, and nothing is left in the end.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import mqtt from "mqtt";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { calendarOf } from "../../apps/analytics/calendar.ts";
import { planFactories } from "../../apps/simulator/factories.ts";
import type { FleetMachine } from "../../apps/simulator/fleet.ts";
import { Random } from "../../apps/simulator/random.ts";
import { expectAllInStoreOnce } from "../data-path/stored.ts";
import { Publisher } from "../durability/publisher.ts";
import { Company, type MachineLogin } from "./company.ts";
import { Factories } from "./factories.ts";
import { kubectl, kubectlJson, noCluster, onCluster } from "./kubectl.ts";
import { installOperators } from "./operators.ts";
import { ClusterStack } from "./stack.ts";
import { inClusterStore } from "./stored-readings.ts";
import { waitFor } from "./wait.ts";

const skipped =
  noCluster ??
  (process.env.CLUSTER_IMAGES === undefined ? "the images of the tests are not on its nodes" : undefined);
const minutes = 60_000;

describe.skipIf(skipped !== undefined)(
  `The stack ${skipped === undefined ? onCluster : `on a cluster (skipped: ${skipped})`}`,
  () => {
    const folder = mkdtempSync(join(tmpdir(), "rollout-cluster-"));
    const stack = new ClusterStack(folder);
    const company = new Company((path, init) => stack.page(path, init), stack.webAddress);
    const serverName = `mqtt.${stack.cluster.domain}`;
    let broker: { readonly host: string; readonly port: number };
    let authority: string;
    let before: readonly string[];
    let publishers: Publisher[] = [];

    beforeAll(async () => {
      await installOperators();
      await stack.delete();
      before = await clusterWide();
      await stack.apply();
      // On a busy machine an operator's Job may fail so often that Kubernetes waits long for its next try.
      await stack.ready(420).catch(async (error: Error) => {
        console.error(`${error.message}\n${await stack.describe()}\nOnce more, from nothing:`);
        await stack.delete();
        await stack.apply();
        await stack.ready().catch(failed);
      });
      broker = await stack.brokerAddress();
    }, 35 * minutes);

    afterEach(async ({ task }) => {
      if (task.result?.state === "fail") console.error(await stack.describe());
    }, 2 * minutes);

    afterAll(async () => {
      await stack.delete();
      rmSync(folder, { recursive: true, force: true });
    }, 15 * minutes);

    async function failed(error: Error): Promise<never> {
      console.error(await stack.describe());
      throw error;
    }

    const logIn = (login: MachineLogin, ca = authority) =>
      mqtt.connectAsync(
        `mqtts://${broker.host}:${broker.port}`,
        {
          ...login,
          clientId: login.username,
          ca,
          servername: serverName,
          protocolVersion: 4,
          reconnectPeriod: 0,
        },
        false,
      );

    test(
      "a company registers, connects a machine, and sees its value",
      async () => {
        await company.register("Acme", stack.country);
        await company.addSite("Plant");
        const login = await company.addMachine("plant", "Lathe", "lathe", 30);
        authority = await (await company.browser.get("/connect/ca.pem")).text();
        expect(await company.browser.page("/connect/plant/lathe")).toContain(
          `<code>${broker.port}</code> (TLS)`,
        );

        const client = await waitFor("the machine's login", () => logIn(login));
        await client.publishAsync(
          "sme/v1/acme/plant/lathe/temperature",
          JSON.stringify({ t: Date.now(), v: 71.25 }),
          {
            qos: 1,
          },
        );
        await waitFor("the value on the page", async () =>
          expect(JSON.stringify(await company.values())).toMatch(/71[.,]25/),
        );
        const ended = new Promise<void>((resolve) => client.once("close", () => resolve()));
        const renewed = await company.newPassword("plant", "lathe");
        await ended;
        await expect(logIn(login)).rejects.toThrow(/not authorized|bad user/i);
        await (await logIn(renewed)).endAsync();

        await expect(logIn({ ...login, password: "wrong" })).rejects.toThrow(/not authorized|bad user/i);
        await expect(logIn(login, await stack.secret("broker-certificate", "ca.crt"))).rejects.toThrow(
          /certificate/,
        );
      },
      10 * minutes,
    );

    test(
      "factories publish from outside, and their machines show on the page",
      async () => {
        const [factory] = planFactories(stack.country, { companies: 1, seed: 7 });
        if (factory === undefined) throw new Error("No factory was planned.");
        const startsAt = Date.now() - 2 * 60 * minutes;
        const machines: FleetMachine[] = [];
        for (const [index, planned] of factory.machines.slice(0, 3).entries()) {
          const { kind, plannedRunTimePerItem } = planned.type;
          const login = await company.addMachine(
            "plant",
            `Machine ${index + 1}`,
            kind,
            plannedRunTimePerItem,
          );
          const [owner = "", site = "", machine = ""] = login.username.split("/");
          const counters = { produced: 0, scrap: 0, energy: 0 };
          machines.push({
            ...planned,
            ...login,
            company: owner,
            site,
            machine,
            habit: factory.habit,
            counters,
            startsAt,
          });
        }
        const options = {
          broker: { host: serverName, port: broker.port, certificateAuthority: authority },
          calendar: calendarOf(stack.country),
          machines,
          seed: 7,
          rate: 5,
          rateInThePast: { state: 30, values: 60 },
          speed: 300,
        };
        const factories = new Factories(options, broker.host);
        try {
          await waitFor("factories that live in the present", async () =>
            expect(factories.status).toMatchObject({
              caughtUp: true,
              connected: machines.length,
              dropped: 0,
            }),
          );
          await waitFor("each machine's values on the page", async () => {
            const values = JSON.stringify(await company.values());
            for (const { machine } of machines) expect(values).toContain(`"plant/${machine}"`);
          });
          expect(await company.browser.page(`/machines/plant/${machines[0]?.machine}`)).toContain("OEE");
        } finally {
          factories.stop();
        }
      },
      12 * minutes,
    );

    test(
      "killed under load, no part loses or doubles what was acknowledged",
      async () => {
        publishers = [];
        for (const number of [1, 2]) {
          const name = `press-${number}`;
          const login = await company.addMachine("plant", name, "press", 10);
          const publisher = new Publisher(name, {
            sendsAgainItself: number === 2,
            qos: 1,
            random: random(number),
            window: 4,
          });
          publisher.connect(broker.port, login, { ca: authority, servername: serverName, host: broker.host });
          publishers.push(publisher);
        }
        for (const part of [
          "ingest",
          "broker",
          "time-series-store",
          "diagnostic",
          "relational-store",
          "analytics",
        ]) {
          await progress(publishers);
          const victim =
            part === "relational-store" ? await stack.relationalPrimary() : (await stack.pods(part))[0];
          if (victim === undefined) throw new Error(`No pod of ${part} runs.`);
          await stack.kill(victim);
          await progress(publishers);
          await stack.ready();
        }
        await progress(publishers);
      },
      30 * minutes,
    );

    test(
      "a rolling restart of the broker takes one node at a time and loses nothing",
      async () => {
        await kubectl(["rollout", "restart", "statefulset/broker", "-n", stack.namespace]);
        const rolled = kubectl([
          "rollout",
          "status",
          "statefulset/broker",
          "-n",
          stack.namespace,
          "--timeout=1200s",
        ]);
        rolled.catch(() => {});
        await progress(publishers);
        await rolled;
        await progress(publishers);
        await Promise.all(publishers.map((publisher) => publisher.end()));
        const acknowledged = publishers.flatMap((publisher) => publisher.acknowledged);
        expect(acknowledged.length).toBeGreaterThan(100);
        await waitFor(
          "all that was acknowledged in the store, once",
          () =>
            inClusterStore(stack, (reader) =>
              expectAllInStoreOnce(reader, acknowledged, stack.country.timezone),
            ),
          { seconds: 900, every: 10_000 },
        );
      },
      40 * minutes,
    );

    test(
      "goes and leaves nothing behind",
      async () => {
        await stack.delete();
        expect((await clusterWide()).filter((one) => !before.includes(one))).toEqual([]);
      },
      15 * minutes,
    );
  },
);

/** What no namespace holds, of this stack and of others. */
async function clusterWide(): Promise<string[]> {
  const { items } = await kubectlJson<{ items: { kind: string; metadata: { name: string } }[] }>([
    "get",
    "namespaces,clusterroles,clusterrolebindings,storageclasses,validatingwebhookconfigurations,validatingadmissionpolicies",
    "-l",
    "app.kubernetes.io/part-of=country-rollout-kit",
  ]);
  return items.map(({ kind, metadata }) => `${kind} ${metadata.name}`);
}

function random(seed: number): () => number {
  const source = new Random(seed);
  return () => source.next();
}

/** Settles when each publisher had something acknowledged after now. */
async function progress(publishers: readonly Publisher[]): Promise<void> {
  const before = publishers.map(({ acknowledged }) => acknowledged.length);
  await waitFor(
    "acknowledgements",
    async () => {
      for (const publisher of publishers) publisher.sendForgotten();
      expect(
        publishers.every(({ acknowledged }, index) => acknowledged.length > (before[index] ?? 0) + 20),
      ).toBe(true);
    },
    { seconds: 600, every: 250 },
  );
  await setTimeout(0);
}
