/** /healthz, for probes: do both stores answer? */
import { sql } from "drizzle-orm";
import type { Context } from "hono";
import type { Environment } from "../services.ts";

export async function health(c: Context<Environment>): Promise<Response> {
  const { database, reader, log } = c.var.services;
  c.header("Cache-Control", "no-store");
  try {
    await database.execute(sql`SELECT 1`);
    const { success } = await reader.ping();
    if (!success) throw new Error("the time-series store doesn't answer");
    return c.text("ok");
  } catch (error) {
    log.error({ error: String(error) }, "the health check failed");
    return c.text("failed", 503);
  }
}
