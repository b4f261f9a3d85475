/**
 * Checks MQTT logins against the relational store: a machine's, or a whole company's. Logins that come at
 * the same time, as after a start when all machines reconnect, share one query.
 */
import { createHash, timingSafeEqual } from "node:crypto";
import { sql } from "drizzle-orm";
import type { Database } from "../../stores/relational/database.ts";
import { credential, loginChange } from "../../stores/relational/schema.ts";

export interface AuthenticatedLogin {
  readonly username: string;
  readonly company: string;
  /** Both absent: the login is the company's and reaches all its machines. */
  readonly site?: string;
  readonly machine?: string;
  /** Hex SHA-256 of the password it was checked with: shows whether the password was replaced since. */
  readonly passwordHash: string;
}

export interface LoginCheck {
  /** @returns undefined where user name and password are not those of a valid login. */
  check(username: string, password: string): Promise<AuthenticatedLogin | undefined>;
  /**
   * For a broker that knows the login of each of its connections.
   * @returns those of `logins` that were revoked, removed or given a new password since.
   */
  ended(logins: readonly AuthenticatedLogin[]): Promise<AuthenticatedLogin[]>;
}

type Row = typeof credential.$inferSelect;

interface Asked {
  readonly username: string;
  readonly resolve: (row: Row | undefined) => void;
  readonly reject: (error: unknown) => void;
}

const usernamesPerQuery = 1000;
/** More wait for an answer only when the broker is flooded with logins. */
const mostAsked = 20_000;

export function loginCheck(database: Database): LoginCheck {
  const find = rowFinder(database);
  return {
    async check(username, password) {
      const row = await find(username);
      if (row === undefined || row.revokedAt !== null) return undefined;
      const given = createHash("sha256").update(password).digest();
      if (!timingSafeEqual(given, Buffer.from(row.passwordHash, "hex"))) return undefined;
      return {
        username,
        company: row.companyId,
        ...(row.siteId === null || row.machineId === null
          ? {}
          : { site: row.siteId, machine: row.machineId }),
        passwordHash: row.passwordHash,
      };
    },
    async ended(logins) {
      // Each login is compared with the store, so what was recorded for a cluster's broker is not needed.
      await database.delete(loginChange);
      const ended: AuthenticatedLogin[] = [];
      for (let start = 0; start < logins.length; start += usernamesPerQuery) {
        const some = logins.slice(start, start + usernamesPerQuery);
        const rows = await Promise.all(some.map((login) => find(login.username)));
        for (const [index, login] of some.entries()) {
          const row = rows[index];
          if (row === undefined || row.revokedAt !== null || row.passwordHash !== login.passwordHash)
            ended.push(login);
        }
      }
      return ended;
    },
  };
}

function rowFinder(database: Database): (username: string) => Promise<Row | undefined> {
  const asked: Asked[] = [];
  let running = false;

  async function answerAll(): Promise<void> {
    // Those that arrive in one turn of the event loop share a query.
    await new Promise(setImmediate);
    while (asked.length > 0) {
      const some = asked.splice(0, usernamesPerQuery);
      try {
        const usernames = [...new Set(some.map((each) => each.username))];
        const rows = await database
          .select()
          .from(credential)
          .where(sql`${credential.username} = ANY(${sql.param(usernames)}::text[])`);
        const byUsername = new Map(rows.map((row) => [row.username, row]));
        for (const { username, resolve } of some) resolve(byUsername.get(username));
      } catch (error) {
        for (const { reject } of some) reject(error);
      }
    }
    running = false;
  }

  return (username) =>
    new Promise((resolve, reject) => {
      // PostgreSQL refuses NUL in a text with an error.
      if (username.includes("\0")) return resolve(undefined);
      if (asked.length >= mostAsked) return reject(new Error("Too many logins at once."));
      asked.push({ username, resolve, reject });
      if (running) return;
      running = true;
      void answerAll();
    });
}
