/** Registers companies, their sites and machines, and issues their MQTT logins: for the web app and the simulator. */
import { createHash, randomBytes } from "node:crypto";
import type { Database } from "./database.ts";
import { erasedAmong, erasureRecords } from "./erasures.ts";
import { identifierOf } from "./identifier.ts";
import { company, credential, machine, site } from "./schema.ts";

export interface NewCompany {
  readonly name: string;
  /** ISIC Rev. 4 division. */
  readonly sector: string;
  /** Id of one of the country's size bands. */
  readonly sizeBand: string;
  /** ISO 3166-2. */
  readonly region?: string;
  readonly simulated: boolean;
}

export interface NewMachine {
  readonly company: string;
  readonly site: string;
  readonly name: string;
  readonly kind: string;
  /** Seconds. */
  readonly plannedRunTimePerItem: number;
}

/** The machines of a login: one, or all of a company where `site` and `machine` are absent. */
export interface LoginScope {
  readonly company: string;
  readonly site?: string;
  readonly machine?: string;
}

export interface Credential {
  readonly username: string;
  /** Only its receiver has it: the store keeps a hash. */
  readonly password: string;
}

/** @returns the company's id, made from its name; never that of a company that was erased, whose messages may still come in. */
export async function registerCompany(database: Database, values: NewCompany): Promise<string> {
  const erasures = await erasureRecords(database);
  return insertWithFreeId(identifierOf(values.name, "company"), async (id) => {
    if (erasedAmong(erasures, "company", [id]).length > 0) return [];
    return database
      .insert(company)
      .values({ id, ...values })
      .onConflictDoNothing()
      .returning({ id: company.id });
  });
}

/** @returns the site's id, made from its name. */
export async function addSite(database: Database, companyId: string, name: string): Promise<string> {
  return insertWithFreeId(identifierOf(name, "site"), (id) =>
    database.insert(site).values({ companyId, id, name }).onConflictDoNothing().returning({ id: site.id }),
  );
}

/** @returns the machine's id, made from its name. */
export async function addMachine(database: Database, values: NewMachine): Promise<string> {
  const { company: companyId, site: siteId, ...rest } = values;
  return insertWithFreeId(identifierOf(values.name, "machine"), (id) =>
    database
      .insert(machine)
      .values({ id, companyId, siteId, ...rest })
      .onConflictDoNothing()
      .returning({ id: machine.id }),
  );
}

/** Issues a login with a new password, which replaces the scope's earlier one. */
export async function issueCredential(database: Database, scope: LoginScope): Promise<Credential> {
  const { row, password } = newCredential(scope);
  await database
    .insert(credential)
    .values(row)
    .onConflictDoUpdate({
      target: credential.username,
      set: { passwordHash: row.passwordHash, createdAt: new Date(), revokedAt: null },
    });
  return { username: row.username, password };
}

/** A login not yet stored, for inserts in bulk. */
export function newCredential(scope: LoginScope) {
  const { company: companyId, site: siteId = null, machine: machineId = null } = scope;
  const username = [companyId, siteId, machineId].filter((part) => part !== null).join("/");
  const password = randomBytes(24).toString("base64url");
  const passwordHash = createHash("sha256").update(password).digest("hex");
  return { password, row: { username, companyId, siteId, machineId, passwordHash } };
}

async function insertWithFreeId(
  wanted: string,
  insert: (id: string) => PromiseLike<readonly unknown[]>,
): Promise<string> {
  for (let id = wanted; ; id = `${wanted}-${randomBytes(3).toString("hex")}`)
    if ((await insert(id)).length > 0) return id;
}
