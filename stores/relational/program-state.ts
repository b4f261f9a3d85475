/**
 * The state that the programs of a cluster report, for the web app: each process reports every few seconds, and one that has
 * not reported for a while does not run.
 */
import { gt, lt, sql } from "drizzle-orm";
import type { Database } from "./database.ts";
import type { MessageFlow } from "./message-flow.ts";
import { programState } from "./schema.ts";

export type Health = "healthy" | "degraded" | "failed";

export interface ReportedState {
  readonly health: Health;
  readonly detail: string;
  /** Of ingest only. */
  readonly flow?: MessageFlow;
}

export interface ProgramState extends ReportedState {
  readonly program: string;
  readonly instance: string;
}

const reportEveryMilliseconds = 5000;
/** A process without a report for this long has ended, or the relational store was away. */
const validMilliseconds = 30_000;
const keptMilliseconds = 24 * 3_600_000;

export async function reportState(
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

/** Of the processes that run now, in the order of their names. */
export async function reportedStates(database: Database): Promise<ProgramState[]> {
  const rows = await database
    .select()
    .from(programState)
    .where(gt(programState.toldAt, sql`now() - ${`${validMilliseconds} milliseconds`}::interval`))
    .orderBy(programState.program, programState.instance);
  return rows.map(({ program, instance, health, detail, flow }) => ({
    program,
    instance,
    health,
    detail,
    ...(flow === null ? {} : { flow: flow as MessageFlow }),
  }));
}

/** Reports at once and then every few seconds, until stopped; goes on while the store is away. */
export function keepReporting(
  database: Database,
  who: Pick<ProgramState, "program" | "instance">,
  state: () => ReportedState | Promise<ReportedState>,
  log: { warn(fields: object, message: string): void },
): () => Promise<void> {
  let reporting: Promise<void> | undefined;
  const report = async () => {
    try {
      await reportState(database, { ...who, ...(await state()) });
    } catch (error) {
      log.warn(
        { error: String(error) },
        "this program's state could not be reported to the relational store",
      );
    } finally {
      reporting = undefined;
    }
  };
  const start = () => {
    reporting ??= report();
  };
  start();
  const timer = setInterval(start, reportEveryMilliseconds);
  return async () => {
    clearInterval(timer);
    await reporting;
  };
}
