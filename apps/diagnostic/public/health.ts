/** /healthz, for probes: can both stores be asked? */
import { sql } from "drizzle-orm";
import type { Hono } from "hono";
import type { Environment, Services } from "../web/services.ts";

export function healthRoutes(app: Hono<Environment>, services: Services): void {
  const { database, reader, log } = services;

  app.get("/healthz", async (c) => {
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
  });
}
