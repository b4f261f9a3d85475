/** MQTT logins of a company's machines: issued, issued again, revoked; a password is never shown twice. */
import { and, eq, isNotNull, isNull } from "drizzle-orm";
import type { Database } from "../../../stores/relational/database.ts";
import { credential } from "../../../stores/relational/schema.ts";

export interface MachineLogin {
  readonly username: string;
  readonly createdAt: Date;
  readonly revokedAt: Date | null;
}

/** By `site/machine`. */
export async function machineLogins(database: Database, company: string): Promise<Map<string, MachineLogin>> {
  const rows = await database
    .select()
    .from(credential)
    .where(and(eq(credential.companyId, company), isNotNull(credential.machineId)));
  return new Map(
    rows.map(({ siteId, machineId, username, createdAt, revokedAt }) => [
      `${siteId}/${machineId}`,
      { username, createdAt, revokedAt },
    ]),
  );
}

/**
 * Which password a form was shown for: a form that is sent twice, or from an outdated page, must not end a password that
 * was issued since.
 */
export function loginVersion(login: MachineLogin | undefined): string {
  return login === undefined ? "none" : String((login.revokedAt ?? login.createdAt).getTime());
}

export async function revokeLogin(
  database: Database,
  where: { readonly company: string; readonly site: string; readonly machine: string },
): Promise<void> {
  await database
    .update(credential)
    .set({ revokedAt: new Date() })
    .where(
      and(
        eq(credential.companyId, where.company),
        eq(credential.siteId, where.site),
        eq(credential.machineId, where.machine),
        isNull(credential.revokedAt),
      ),
    );
}
