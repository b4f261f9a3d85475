/** The broker and the stores: TLS alone, no password in a file, what is acknowledged is held by several, backups are encrypted. */
import { beforeAll, describe, expect, test } from "vitest";
import { parse } from "yaml";
import { manifests } from "../../plan/manifests.ts";
import { at, type Plan, secretPlaceholder, shownName, type Value } from "../../plan/plan.ts";
import { list, object, objectsOf, planChanged } from "../plan/planned.ts";

let plan: Plan;
beforeAll(async () => {
  plan = await planChanged();
});

const file = (of: Plan, map: string, name: string) =>
  String(at(object(of, "ConfigMap", map).properties, "data", name));

function settings(of: Plan): Map<string, string> {
  const lines = file(of, "broker-settings", "rabbitmq.conf")
    .split("\n")
    .filter((line) => line !== "" && !line.startsWith("#"));
  return new Map(lines.map((line) => line.split(" = ") as [string, string]));
}

describe("the broker", () => {
  test("has no listener without TLS", () => {
    const conf = settings(plan);
    expect(conf.get("mqtt.listeners.tcp")).toBe("none");
    expect(conf.get("listeners.tcp")).toBe("none");
    expect(conf.get("mqtt.listeners.ssl.default")).toBe("8883");
    expect(conf.get("ssl_options.verify")).toBe("verify_peer");
    const container = at(
      object(plan, "StatefulSet", "broker").properties,
      "spec",
      "template",
      "spec",
      "containers",
      0,
    );
    const open = list(at(container, "ports")).map((port) => at(port, "containerPort"));
    expect(open).not.toContain(1883);
    expect(open).not.toContain(5672);
    expect(open).not.toContain(15672);
  });

  test("lets nobody in whom the web app does not know, and asks about each password again", () => {
    const conf = settings(plan);
    expect(conf.get("mqtt.allow_anonymous")).toBe("false");
    expect(conf.get("auth_backends.1")).toBe("internal");
    expect(conf.get("auth_backends.2.authn")).toBe("http");
    expect(conf.get("auth_backends.2.authz")).toBe("cache");
    expect(conf.get("auth_cache.cached_backend")).toBe("http");
    for (const question of ["user", "vhost", "resource", "topic"])
      expect(conf.get(`auth_http.${question}_path`)).toBe(
        `https://diagnostic.rollout.svc.cluster.local:8444/broker/${question}`,
      );
    expect(conf.get("auth_http.ssl_options.verify")).toBe("verify_peer");
    // An option of servers: Erlang's client refuses every connection with it.
    expect(conf.has("auth_http.ssl_options.fail_if_no_peer_cert")).toBe(false);
  });

  test("opens its management to parts with a certificate alone, and its password is mounted in the web app alone", () => {
    const conf = settings(plan);
    expect(conf.get("management.ssl.verify")).toBe("verify_peer");
    expect(conf.get("management.ssl.fail_if_no_peer_cert")).toBe("true");
    expect([...conf.keys()].filter((key) => key.startsWith("management.tcp"))).toEqual([]);
    const mounting = plan.resources.filter(({ properties }) =>
      JSON.stringify(properties).includes('"secretName":"broker-management"'),
    );
    expect(mounting.map(shownName)).toEqual(["diagnostic"]);
  });

  test("has its nodes speak by TLS, with a certificate that holds each one's name", () => {
    const peers = file(plan, "broker-settings", "peers.config");
    expect(peers.match(/\{verify, verify_peer\}/g)).toHaveLength(2);
    expect(peers).toContain("{fail_if_no_peer_cert, true}");
    const [container] = list(
      at(object(plan, "StatefulSet", "broker").properties, "spec", "template", "spec", "containers"),
    );
    const environment = list(at(container!, "env"));
    for (const name of ["RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS", "RABBITMQ_CTL_ERL_ARGS"])
      expect(environment.find((variable) => at(variable, "name") === name)).toMatchObject({
        value: "-proto_dist inet_tls -ssl_dist_optfile /etc/rabbitmq/peers.config",
      });
    const names = list(at(object(plan, "Certificate", "broker-certificate").properties, "spec", "dnsNames"));
    const nodes = [...settings(plan)].filter(([key]) =>
      key.startsWith("cluster_formation.classic_config.nodes."),
    );
    expect(names).toEqual([
      "broker.rollout.svc.cluster.local",
      ...nodes.map(([, node]) => node.replace(/^rabbit@/, "")),
    ]);
  });

  test("names exactly the nodes that the StatefulSet starts", async () => {
    for (const replicas of [1, 3, 5]) {
      const sized = await planChanged((_, country) => {
        country.hosting.sizes.broker.replicas = replicas;
      });
      const { properties } = object(sized, "StatefulSet", "broker");
      expect(at(properties, "spec", "replicas")).toBe(replicas);
      const nodes = [...settings(sized)].flatMap(([key, value]) =>
        key.startsWith("cluster_formation.classic_config.nodes.") ? [value] : [],
      );
      expect(nodes).toEqual(
        Array.from(
          { length: replicas },
          (_, index) => `rabbit@broker-${index}.broker-nodes.rollout.svc.cluster.local`,
        ),
      );
      const environment = list(at(properties, "spec", "template", "spec", "containers", 0, "env"));
      const nodeName = environment.find((variable) => at(variable, "name") === "RABBITMQ_NODENAME");
      expect(at(nodeName, "value")).toBe("rabbit@$(POD_NAME).broker-nodes.rollout.svc.cluster.local");
      expect(at(properties, "spec", "serviceName")).toBe("broker-nodes");
    }
  });

  test("keeps every reading on a majority until it is stored, and refuses rather than drops", () => {
    const definitions = JSON.parse(file(plan, "broker-settings", "definitions.json"));
    const queues = definitions.queues as { name: string; arguments: Record<string, unknown> }[];
    expect(queues.length).toBeGreaterThan(1);
    for (const queue of queues) {
      expect(queue.arguments["x-queue-type"]).toBe("quorum");
      // Who tells duplicates has to see a series whole.
      expect(queue.arguments["x-single-active-consumer"]).toBe(true);
      const policy = definitions.policies.find((one: { pattern: string }) =>
        new RegExp(one.pattern).test(queue.name),
      );
      expect(policy.definition.overflow).toBe("reject-publish");
      expect(policy.definition["delivery-limit"]).toBe(-1);
      expect(
        definitions.bindings.some(
          (binding: { source: string; destination: string }) =>
            binding.source === "readings" && binding.destination === queue.name,
        ),
      ).toBe(true);
    }
    expect(definitions.bindings).toContainEqual(
      expect.objectContaining({ source: "amq.topic", destination: "readings", routing_key: "sme.v1.#" }),
    );
  });

  test("knows one user, who has no password and may only read the queues", () => {
    const { users, permissions } = JSON.parse(file(plan, "broker-settings", "definitions.json"));
    expect(users).toEqual([expect.objectContaining({ name: "ingest", password_hash: "", tags: [] })]);
    expect(permissions).toEqual([
      { user: "ingest", vhost: "/", configure: "^$", write: "^$", read: "^readings-[0-9]+$" },
    ]);
  });

  test("waits for a majority before a node stops", () => {
    const container = at(object(plan, "StatefulSet", "broker").properties, "spec", "template", "spec");
    const stop = String(at(container, "containers", 0, "lifecycle", "preStop", "exec", "command", 2));
    expect(stop).toContain("check_if_node_is_quorum_critical");
    const [drain = NaN, wait = NaN] = [/drain -t (\d+)/, /%s\) \+ (\d+)/].map((found) =>
      Number(found.exec(stop)?.[1]),
    );
    expect(Number(at(container, "terminationGracePeriodSeconds"))).toBeGreaterThan(drain + wait);
  });
});

describe("the time-series store", () => {
  const config = (of: Plan) => parse(file(of, "time-series-settings", "config.yaml"));
  const users = (of: Plan) => parse(file(of, "time-series-settings", "users.yaml"));

  test("listens by TLS alone and asks everyone for a certificate", () => {
    const { openSSL, zookeeper, remote_servers, ...rest } = config(plan);
    for (const plain of ["http_port", "tcp_port", "interserver_http_port", "mysql_port", "postgresql_port"])
      expect(rest[plain], plain).toBeUndefined();
    expect(openSSL.server.verificationMode).toBe("strict");
    for (const node of zookeeper.node) expect(node.secure).toBe(1);
    for (const { replica } of remote_servers.rollout.shard)
      for (const one of replica) expect(one.secure).toBe(1);
  });

  test("knows every replica of every shard by the name that its pod has", async () => {
    const sharded = await planChanged((_, country) => {
      country.hosting.sizes.timeSeries.shards = 2;
      country.hosting.sizes.timeSeries.replicas = 2;
    });
    const hosts = config(sharded).remote_servers.rollout.shard.map(
      ({ replica }: { replica: { host: string }[] }) => replica.map(({ host }) => host),
    );
    const pods = ["time-series-store-shard-1", "time-series-store-shard-2"].map((name) => {
      const { properties } = object(sharded, "StatefulSet", name);
      const service = at(properties, "spec", "serviceName");
      return Array.from(
        { length: Number(at(properties, "spec", "replicas")) },
        (_, index) => `${name}-${index}.${service}.rollout.svc.cluster.local`,
      );
    });
    expect(hosts).toEqual(pods);
    const names = list(
      at(object(sharded, "Certificate", "time-series-store-certificate").properties, "spec", "dnsNames"),
    );
    expect(names).toContain("*.time-series-store-nodes.rollout.svc.cluster.local");
    for (const name of ["time-series-store-shard-1", "time-series-store-shard-2"]) {
      const selector = at(object(sharded, "StatefulSet", name).properties, "spec", "selector", "matchLabels");
      expect(at(selector, "rollout/shard")).toBe(name.slice(-1));
    }
  });

  test("gives each part its own user, known by certificate, with no more than it needs", () => {
    const { users: all } = users(plan);
    for (const [name, user] of Object.entries<Record<string, unknown>>(all)) {
      expect(user.ssl_certificates, name).toEqual({ common_name: name });
      expect(user.password, name).toBeUndefined();
      expect(user.access_management, name).toBeUndefined();
      // Who brings a backup back gets a certificate for that, and nobody else has one.
      if (name === "time-series-restore") continue;
      const certificate = object(plan, "Certificate", `${name}-certificate`);
      expect(at(certificate.properties, "spec", "commonName")).toBe(name);
    }
    expect(
      objectsOf(plan, "Certificate").map(({ properties }) => at(properties, "spec", "commonName")),
    ).not.toContain("time-series-restore");
    const grants = (name: string) => all[name].grants.query.join("; ") as string;
    expect(grants("ingest")).not.toMatch(/ALTER|DROP|CREATE|kpi/);
    expect(grants("diagnostic")).not.toMatch(/INSERT ON rollout\.(?!rejected)|DROP|CREATE/);
    expect(grants("analytics")).not.toMatch(/ALTER (?!DELETE)|DROP|CREATE|INSERT ON rollout\.raw/);
    expect(JSON.stringify(all)).not.toContain("GRANT ALL");
  });

  test("acknowledges an insert when a majority of replicas has it", () => {
    expect(users(plan).profiles.ingest.insert_quorum).toBe("auto");
    expect(at(object(plan, "StatefulSet", "time-series-store-shard-1").properties, "spec", "replicas")).toBe(
      3,
    );
  });

  test("keepers are numbered as their pods are", () => {
    const keeper = parse(file(plan, "keeper-settings", "keeper.yaml"));
    const { properties } = object(plan, "StatefulSet", "keeper");
    expect(at(properties, "spec", "ordinals", "start")).toBe(1);
    expect(keeper.keeper_server.raft_configuration.server).toEqual(
      [1, 2, 3].map((id) => ({ id, hostname: `keeper-${id}.keeper.rollout.svc.cluster.local`, port: 9234 })),
    );
    expect(keeper.keeper_server.tcp_port).toBeUndefined();
  });
});

describe("the relational store", () => {
  test("commits on a second instance, lets nobody in without TLS, and has no open superuser", () => {
    const spec = at(object(plan, "Cluster", "relational-store").properties, "spec");
    expect(at(spec, "instances")).toBe(3);
    expect(at(spec, "postgresql", "synchronous")).toMatchObject({ number: 1, dataDurability: "required" });
    expect(at(spec, "postgresql", "pg_hba")).toContain("hostnossl all all all reject");
    expect(at(spec, "enableSuperuserAccess")).toBe(false);
  });

  test("a single instance asks for no second, or it would wait for ever", async () => {
    const single = await planChanged((_, country) => {
      country.hosting.sizes.relational.replicas = 1;
    });
    const spec = at(object(single, "Cluster", "relational-store").properties, "spec");
    expect(at(spec, "postgresql", "synchronous")).toBeUndefined();
  });
});

describe("backups", () => {
  test("go to the file's store, encrypted, at its hour, kept as long as it says", async () => {
    const kept = await planChanged((_, country) => {
      country.timezone = "America/Sao_Paulo";
      country.hosting.backup.at = "02:30";
      country.hosting.backup.retention = "P1Y";
    });
    const store = at(object(kept, "ObjectStore", "relational-store-backups").properties, "spec");
    expect(at(store, "configuration", "endpointURL")).toBe("https://s3.example.org");
    expect(at(store, "configuration", "wal", "encryption")).toBe("AES256");
    expect(at(store, "configuration", "data", "encryption")).toBe("AES256");
    expect(at(store, "retentionPolicy")).toBe("12m");
    // Seconds first, UTC.
    const daily = object(kept, "ScheduledBackup", "relational-store-daily").properties;
    expect(at(daily, "spec", "schedule")).toBe("0 30 5 * * *");
    const { properties } = object(kept, "CronJob", "time-series-backup");
    expect(at(properties, "spec", "schedule")).toBe("30 2 * * *");
    expect(at(properties, "spec", "timeZone")).toBe("America/Sao_Paulo");
    const disk = parse(file(kept, "time-series-settings", "config.yaml")).storage_configuration.disks.backups;
    expect(disk.endpoint).toBe("https://s3.example.org/backups/");
    expect(disk.server_side_encryption_customer_key_base64).toEqual({ "@from_env": "BACKUP_KEY" });
  });

  test("are in a folder of the stack's own, where each store has one", async () => {
    const own = await planChanged((_, country) => {
      country.hosting.backup.destination!.folder = "za-pilot/rollout";
    });
    const store = at(object(own, "ObjectStore", "relational-store-backups").properties, "spec");
    expect(at(store, "configuration", "destinationPath")).toBe(
      "s3://backups/za-pilot/rollout/relational-store",
    );
    const job = object(own, "CronJob", "time-series-backup").properties;
    expect(JSON.stringify(job)).toContain(
      '{"name":"BACKUP_FOLDER","value":"za-pilot/rollout/time-series-store"}',
    );
  });

  test("trust public authorities and the one that the file names; nobody else logs in by them", async () => {
    const authority = "-----BEGIN CERTIFICATE-----\nbWluaXN0cnk=\n-----END CERTIFICATE-----\n";
    const named = await planChanged((_, country) => {
      country.hosting.backup.destination!.authority = authority;
    });
    const variable = (of: Plan) =>
      JSON.stringify(object(of, "StatefulSet", "time-series-store-shard-1").properties).match(
        /"name":"SSL_CERT_FILE","value":"([^"]+)"/,
      )?.[1];
    expect(variable(plan)).toBeUndefined();
    expect(variable(named)).toBe("/etc/clickhouse-server/backup-authority.crt");
    expect(file(named, "time-series-settings", "backup-authority.crt")).toBe(authority);
    for (const each of [plan, named]) {
      const { client, server } = parse(file(each, "time-series-settings", "config.yaml")).openSSL;
      expect([client.loadDefaultCAFile, client.verificationMode]).toEqual([true, "strict"]);
      expect([server.loadDefaultCAFile, server.caConfig]).toEqual([false, "/run/certificates/ca.crt"]);
    }
    const store = (of: Plan) => at(object(of, "ObjectStore", "relational-store-backups").properties, "spec");
    expect(at(store(plan), "configuration", "endpointCA")).toBeUndefined();
    expect(at(store(named), "configuration", "endpointCA")).toEqual({
      name: "backup-authority",
      key: "ca.crt",
    });
    const secret = object(named, "Secret", "backup-authority");
    expect(secret.properties.stringData).toEqual({ "ca.crt": authority });
    // A team that applies manifests gets it with them, and no random value in its place.
    const written = manifests(named);
    expect(written.get("secrets.sh")).not.toContain("backup-authority");
    const [, text = ""] = [...written].find(([name]) => name.endsWith("secret-backup-authority.yaml")) ?? [];
    expect(parse(text).stringData).toEqual({ "ca.crt": authority });
  });

  test("without a destination there is none, no key for one, and the plan says so", async () => {
    const none = await planChanged((_, country) => {
      delete country.hosting.backup.destination;
    });
    expect(objectsOf(none, "CronJob")).toEqual([]);
    expect(objectsOf(none, "ObjectStore")).toEqual([]);
    expect(none.resources.some(({ type }) => type.includes("RandomBytes"))).toBe(false);
    const { client } = parse(file(none, "time-series-settings", "config.yaml")).openSSL;
    expect(client.loadDefaultCAFile).toBe(false);
    expect(JSON.stringify(none.outputs.notes)).toContain("Nothing is backed up");
  });
});

describe("secrets", () => {
  test("stand in no ConfigMap, argument or plain variable, and the plan shows none", () => {
    const suspicious = /pass(word|wd)|secret|cookie|token|access.?key/i;
    for (const { name, properties } of objectsOf(plan)) {
      const look = (value: Value | undefined, path: string): void => {
        if (Array.isArray(value)) {
          for (const [index, item] of value.entries()) look(item, `${path}[${index}]`);
          return;
        }
        if (typeof value !== "object" || value === null) return;
        for (const [key, item] of Object.entries(value)) {
          const plainVariable = key === "value" && suspicious.test(String(at(value as Value, "name")));
          expect(plainVariable, `${name} ${path}`).toBe(false);
          look(item, `${path}.${key}`);
        }
      };
      look(properties, "");
    }
    const secrets = objectsOf(plan, "Secret");
    expect(secrets.length).toBe(3);
    for (const secret of secrets) {
      expect(secret.properties.stringData).toBe(secretPlaceholder);
      expect(secret.properties.data).toBeUndefined();
      expect(secret.secrets).toEqual(["stringData"]);
      // Made of nothing but what was generated for it.
      const generated = plan.resources.filter(
        ({ parent, type }) => parent === secret.parent && type === "pulumi:index:Stash",
      );
      expect(generated.length).toBeGreaterThan(0);
      expect(secret.dependencies).toEqual(generated.map(({ urn }) => urn).sort());
    }
  });

  test("every key that a pod reads of a generated secret is generated", () => {
    const values = plan.resources.filter(({ type }) => type === "pulumi:index:Stash");
    const generated = objectsOf(plan, "Secret").flatMap((secret) => {
      const component = secret.parent?.split("::").at(-1) ?? "";
      return values
        .filter(({ parent }) => parent === secret.parent)
        .map(({ name }) => name.replace(component, shownName(secret)));
    });
    const text = JSON.stringify(objectsOf(plan, "StatefulSet").map(({ properties }) => properties));
    const keys = [
      ...text.matchAll(
        /"secretKeyRef":\{"key":"([^"]+)","name":"([^"]+)"\}|"secretKeyRef":\{"name":"([^"]+)","key":"([^"]+)"\}/g,
      ),
    ]
      .map(([, key, name, otherName, otherKey]) => `${name ?? otherName}-${key ?? otherKey}`)
      .filter((name) => !name.startsWith("backup-destination"));
    expect(keys.length).toBe(3);
    for (const key of keys) expect(generated).toContain(key);
    expect(generated).toContain("broker-secrets-erlang-cookie");
    expect(generated).toContain("broker-management-password");
  });
});
