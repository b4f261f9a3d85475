/** Checks an MQTT login against the relational store: a machine's, or a whole company's. */
import { createHash, timingSafeEqual } from "node:crypto";
import { eq } from "drizzle-orm";
import type { Database } from "../relational/database.ts";
import { credential } from "../relational/schema.ts";

export interface Login {
  readonly company: string;
  /** Both absent: the login is the company's and reaches all its machines. */
  readonly site?: string;
  readonly machine?: string;
}

export type LoginCheck = (username: string, password: string) => Promise<Login | undefined>;

export function loginCheck(database: Database): LoginCheck {
  return async (username, password) => {
    const [row] = await database.select().from(credential).where(eq(credential.username, username)).limit(1);
    if (row === undefined || row.revokedAt !== null) return undefined;
    const given = createHash("sha256").update(password).digest();
    if (!timingSafeEqual(given, Buffer.from(row.passwordHash, "hex"))) return undefined;
    return {
      company: row.companyId,
      ...(row.siteId === null || row.machineId === null ? {} : { site: row.siteId, machine: row.machineId }),
    };
  };
}
