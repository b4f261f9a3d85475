/** A company's machines as the pages show them: registered, with their state now. */
import { and, asc, eq } from "drizzle-orm";
import type { Country } from "../../../localisation/schema/country.ts";
import type { Database } from "../../../stores/relational/database.ts";
import { machine, site } from "../../../stores/relational/schema.ts";
import { type CompanyValues, channelKey } from "./live-values.ts";

export interface Machine {
  readonly site: string;
  readonly siteName: string;
  readonly id: string;
  readonly name: string;
  readonly kind: string;
  /** Seconds. */
  readonly plannedRunTimePerItem: number;
}

export interface MachineNow {
  /** A machine's state; `offline` where it was silent for longer than the country allows, `never` where nothing was received. */
  readonly state: string;
  /** Epoch milliseconds of the newest value of any channel. */
  readonly heardAt: number | undefined;
}

const columns = {
  site: machine.siteId,
  siteName: site.name,
  id: machine.id,
  name: machine.name,
  kind: machine.kind,
  plannedRunTimePerItem: machine.plannedRunTimePerItem,
};

const registered = (database: Database) =>
  database
    .select(columns)
    .from(machine)
    .innerJoin(site, and(eq(site.companyId, machine.companyId), eq(site.id, machine.siteId)));

export async function machinesOf(database: Database, company: string): Promise<Machine[]> {
  return registered(database)
    .where(eq(machine.companyId, company))
    .orderBy(asc(site.name), asc(site.id), asc(machine.name), asc(machine.id));
}

/** @returns undefined for one that doesn't exist or is another company's. */
export async function machineOf(
  database: Database,
  company: string,
  siteId: string,
  id: string,
): Promise<Machine | undefined> {
  if (!isIdentifier(siteId) || !isIdentifier(id)) return undefined;
  const [row] = await registered(database).where(
    and(eq(machine.companyId, company), eq(machine.siteId, siteId), eq(machine.id, id)),
  );
  return row;
}

export async function sitesOf(database: Database, company: string): Promise<{ id: string; name: string }[]> {
  return database
    .select({ id: site.id, name: site.name })
    .from(site)
    .where(eq(site.companyId, company))
    .orderBy(asc(site.name), asc(site.id));
}

/** By `site/machine`. */
export function machinesNow(
  country: Country,
  values: CompanyValues,
  now = Date.now(),
): Map<string, MachineNow> {
  const heard = new Map<string, number>();
  for (const value of values.values()) {
    const key = `${value.site}/${value.machine}`;
    heard.set(key, Math.max(heard.get(key) ?? 0, value.time));
  }
  const offlineBefore = now - country.telemetry.offlineAfterSeconds * 1000;
  return new Map(
    [...heard].map(([key, heardAt]) => {
      const [siteId = "", id = ""] = key.split("/");
      const state = values.get(channelKey({ site: siteId, machine: id, channel: "state" }))?.text;
      return [key, { state: heardAt < offlineBefore ? "offline" : (state ?? "online"), heardAt }];
    }),
  );
}

function isIdentifier(text: string): boolean {
  return /^[a-z0-9][a-z0-9-]{0,39}$/.test(text);
}

export const neverHeard: MachineNow = { state: "never", heardAt: undefined };
