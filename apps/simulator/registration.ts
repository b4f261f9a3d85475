/** Registers simulated factories in addition to real ones, marked as simulated, with new MQTT passwords at each start. */
import { and, inArray, sql } from "drizzle-orm";
import { EnvironmentError } from "../../base/kit-error.ts";
import { newCredential } from "../../stores/relational/companies.ts";
import type { Database } from "../../stores/relational/database.ts";
import { company, credential, machine, site } from "../../stores/relational/schema.ts";
import type { Factory, PlannedMachine, WorkingHabit } from "./factories.ts";

export interface RegisteredMachine extends PlannedMachine {
  readonly habit: WorkingHabit;
  readonly username: string;
  /** Valid until the next registration. */
  readonly password: string;
}

const rowsAtOnce = 1000;

/** Adds new factories and updates the others; earlier passwords of these machines end. All or nothing. */
export async function registerFactories(
  database: Database,
  factories: readonly Factory[],
): Promise<RegisteredMachine[]> {
  await refuseRealCompanies(database, factories);
  const machines = factories.flatMap((factory) =>
    factory.machines.map((planned) => ({ planned, habit: factory.habit, ...newCredential(planned) })),
  );
  await database.transaction(async (transaction) => {
    for (const some of chunks(factories)) {
      await storeCompanies(transaction, some);
      await transaction
        .insert(site)
        .values(some.map((factory) => ({ companyId: factory.id, ...factory.site })))
        .onConflictDoNothing();
    }
    for (const some of chunks(machines)) {
      await storeMachines(
        transaction,
        some.map(({ planned }) => planned),
      );
      await transaction
        .insert(credential)
        .values(some.map(({ row }) => row))
        .onConflictDoUpdate({
          target: credential.username,
          set: { passwordHash: sql`excluded.password_hash`, createdAt: sql`now()`, revokedAt: null },
        });
    }
  });
  return machines.map(({ planned, habit, row, password }) => ({
    ...planned,
    habit,
    username: row.username,
    password,
  }));
}

async function storeCompanies(database: Database, factories: readonly Factory[]): Promise<void> {
  await database
    .insert(company)
    .values(
      factories.map(({ id, name, sector, sizeBand, region = null }) => ({
        id,
        name,
        sector,
        sizeBand,
        region,
        simulated: true,
      })),
    )
    .onConflictDoUpdate({
      target: company.id,
      set: {
        name: sql`excluded.name`,
        sector: sql`excluded.sector`,
        sizeBand: sql`excluded.size_band`,
        region: sql`excluded.region`,
      },
    });
}

async function storeMachines(database: Database, machines: readonly PlannedMachine[]): Promise<void> {
  await database
    .insert(machine)
    .values(
      machines.map((planned) => ({
        companyId: planned.company,
        siteId: planned.site,
        id: planned.machine,
        name: planned.name,
        kind: planned.type.kind,
        plannedRunTimePerItem: planned.type.plannedRunTimePerItem,
      })),
    )
    .onConflictDoUpdate({
      target: [machine.companyId, machine.siteId, machine.id],
      set: {
        name: sql`excluded.name`,
        kind: sql`excluded.kind`,
        plannedRunTimePerItem: sql`excluded.planned_run_time_per_item`,
      },
    });
}

/** A real company that has registered with the id of a simulated factory keeps it. @throws EnvironmentError */
async function refuseRealCompanies(database: Database, factories: readonly Factory[]): Promise<void> {
  for (const some of chunks(factories)) {
    const [real] = await database
      .select({ id: company.id })
      .from(company)
      .where(
        and(
          inArray(
            company.id,
            some.map((factory) => factory.id),
          ),
          sql`NOT ${company.simulated}`,
        ),
      )
      .limit(1);
    if (real !== undefined)
      throw new EnvironmentError(
        `The company "${real.id}" is a real one, so no simulated factory can take its place.`,
        "Start without the simulator.",
      );
  }
}

function chunks<T>(rows: readonly T[]): T[][] {
  return Array.from({ length: Math.ceil(rows.length / rowsAtOnce) }, (_, index) =>
    rows.slice(index * rowsAtOnce, (index + 1) * rowsAtOnce),
  );
}
