/** A real PostgreSQL from Debian's packages for tests, over TLS, in a folder of its own. */
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";
import type { PostgresOptions } from "../../stores/relational/postgres.ts";
import type { TestAuthority } from "../data-path/certificates.ts";
import { freePorts } from "../data-path/rabbitmq.ts";

const programs = "/usr/lib/postgresql";

/** The newest of Debian's packages; undefined where there is none. */
export function postgresPrograms(): string | undefined {
  if (!existsSync(programs)) return undefined;
  const version = readdirSync(programs)
    .filter((name) => existsSync(join(programs, name, "bin", "initdb")))
    .sort((a, b) => Number(a) - Number(b))
    .at(-1);
  return version === undefined ? undefined : join(programs, version, "bin");
}

export interface TestPostgres {
  readonly port: number;
  /** As the operator of PostgreSQL mounts them. */
  readonly files: { readonly authority: string; readonly username: string; readonly password: string };
  options(program: string, database?: string): PostgresOptions;
  newDatabase(name: string): Promise<void>;
  setPassword(password: string): Promise<void>;
  /** SQL as the superuser. */
  asSuperuser(text: string): Promise<pg.QueryResult>;
  stop(): Promise<void>;
  start(): Promise<void>;
  /** Stops it and removes its folder. */
  close(): Promise<void>;
}

const user = "rollout";

/** Starts a PostgreSQL of its own, which accepts TLS only. */
export async function startPostgres(authority: TestAuthority): Promise<TestPostgres> {
  const bin = postgresPrograms()!;
  const folder = mkdtempSync(join(tmpdir(), "postgres-"));
  const data = join(folder, "data");
  mkdirSync(data, { recursive: true });
  const owner = ownerOf(folder, data);
  run(owner, join(bin, "initdb"), ["-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-sync"]);
  const server = await authority.issue(join(folder, "server"), "relational-store", ["localhost"]);
  for (const file of [server.certificate, server.key]) {
    chmodSync(file, 0o600);
    if (owner !== undefined) chownSync(file, owner.uid, owner.gid);
  }
  if (owner !== undefined) chownSync(server.folder, owner.uid, owner.gid);
  writeFileSync(
    join(data, "pg_hba.conf"),
    "local all postgres trust\nhostssl all all all scram-sha-256\nhostnossl all all all reject\n",
  );
  const [port] = (await freePorts(1)) as [number];
  const settings = {
    port: String(port),
    listen_addresses: "127.0.0.1",
    unix_socket_directories: folder,
    ssl: "on",
    ssl_cert_file: server.certificate,
    ssl_key_file: server.key,
    fsync: "off",
    max_connections: "50",
  };
  const files = {
    authority: join(folder, "ca.crt"),
    username: join(folder, "username"),
    password: join(folder, "password"),
  };
  writeFileSync(files.authority, authority.pem);
  writeFileSync(files.username, `${user}\n`);
  let secret = "first";
  let child: ReturnType<typeof spawn> | undefined;
  let said = "";

  const start = async () => {
    const flags = Object.entries(settings).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
    child = spawn(join(bin, "postgres"), ["-D", data, ...flags], {
      stdio: ["ignore", "pipe", "pipe"],
      env: { ...process.env, LC_ALL: "C" },
      ...owner,
    });
    const listen = (chunk: Buffer) => {
      said += chunk.toString();
    };
    child.stdout!.on("data", listen);
    child.stderr!.on("data", listen);
    for (;;) {
      if (child.exitCode !== null) throw new Error(`PostgreSQL ended: ${said}`);
      try {
        await asSuperuser("SELECT 1");
        return;
      } catch {
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
    }
  };
  const stop = async () => {
    if (child === undefined || child.exitCode !== null) return;
    const ended = once(child, "exit");
    // Immediately, like a machine that fails.
    child.kill("SIGQUIT");
    await ended;
  };
  const asSuperuser = async (text: string) => {
    const client = new pg.Client({ host: folder, port, user: "postgres", database: "postgres" });
    client.on("error", () => {});
    await client.connect();
    try {
      return await client.query(text);
    } finally {
      await client.end();
    }
  };
  const setPassword = async (password: string) => {
    await asSuperuser(`ALTER ROLE ${user} PASSWORD '${password}'`);
    secret = password;
    writeFileSync(files.password, `${password}\n`);
  };
  const newDatabase = async (name: string) => {
    await asSuperuser(`CREATE DATABASE ${name} OWNER ${user}`);
  };
  await start();
  await asSuperuser(`CREATE ROLE ${user} LOGIN`);
  await setPassword(secret);
  await newDatabase(user);
  return {
    port,
    files,
    options: (program, database = user) => ({
      host: "localhost",
      port,
      database,
      program,
      readLogin: () => ({ user, password: secret, authority: authority.pem }),
    }),
    newDatabase,
    setPassword,
    asSuperuser,
    stop,
    start,
    async close() {
      await stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** PostgreSQL refuses to run as root. */
function ownerOf(folder: string, data: string): { uid: number; gid: number } | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const id = (flag: string) =>
    Number(spawnSync("id", [flag, "postgres"], { encoding: "utf8" }).stdout.trim());
  const owner = { uid: id("-u"), gid: id("-g") };
  chmodSync(folder, 0o755);
  chownSync(folder, owner.uid, owner.gid);
  chownSync(data, owner.uid, owner.gid);
  return owner;
}

function run(owner: { uid: number; gid: number } | undefined, program: string, args: string[]): void {
  const { status, stderr } = spawnSync(program, args, {
    encoding: "utf8",
    env: { ...process.env, LC_ALL: "C" },
    ...owner,
  });
  if (status !== 0) throw new Error(`${program} failed: ${stderr}`);
}
