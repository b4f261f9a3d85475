/**
 * What the programs of a cluster say of themselves, for the web app: each process tells it every few seconds, and who has
 * not told for a while is not there.
 */
import { gt, lt, sql } from "drizzle-orm";
import type { Database } from "./database.ts";
import type { MessageFlow } from "./message-flow.ts";
import { programState } from "./schema.ts";

export type Health = "healthy" | "degraded" | "failed";

export interface ToldState {
  readonly health: Health;
  readonly detail: string;
  /** Of ingest alone. */
  readonly flow?: MessageFlow;
}

export interface ProgramState extends ToldState {
  readonly program: string;
  readonly instance: string;
}

const tellEveryMilliseconds = 5000;
/** A process that hasn't told for this long is gone, or the relational store was away. */
const believedMilliseconds = 30_000;
const keptMilliseconds = 24 * 3_600_000;

export async function tellState(
  database: Database,
  { program, instance, health, detail, flow }: ProgramState,
): Promise<void> {
  const values = { health, detail: detail.slice(0, 500), flow: flow ?? null, toldAt: sql`now()` };
  await database
    .insert(programState)
    .values({ program, instance, ...values })
    .onConflictDoUpdate({ target: [programState.program, programState.instance], set: values });
  await database
    .delete(programState)
    .where(lt(programState.toldAt, sql`now() - ${`${keptMilliseconds} milliseconds`}::interval`));
}

/** Of those that are there now, in the order of their names. */
export async function toldStates(database: Database): Promise<ProgramState[]> {
  const rows = await database
    .select()
    .from(programState)
    .where(gt(programState.toldAt, sql`now() - ${`${believedMilliseconds} milliseconds`}::interval`))
    .orderBy(programState.program, programState.instance);
  return rows.map(({ program, instance, health, detail, flow }) => ({
    program,
    instance,
    health,
    detail,
    ...(flow === null ? {} : { flow: flow as MessageFlow }),
  }));
}

/** Tells it until stopped, at once and then every few seconds; a store that is away is no reason to end. */
export function keepTelling(
  database: Database,
  who: Pick<ProgramState, "program" | "instance">,
  state: () => ToldState | Promise<ToldState>,
  log: { warn(fields: object, message: string): void },
): () => Promise<void> {
  let telling: Promise<void> | undefined;
  const tell = async () => {
    try {
      await tellState(database, { ...who, ...(await state()) });
    } catch (error) {
      log.warn({ error: String(error) }, "the relational store could not be told how this program does");
    } finally {
      telling = undefined;
    }
  };
  const start = () => {
    telling ??= tell();
  };
  start();
  const timer = setInterval(start, tellEveryMilliseconds);
  return async () => {
    clearInterval(timer);
    await telling;
  };
}
