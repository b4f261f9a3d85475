/** The programs of the cluster by name, each loaded only when it is run. */
import type { RunProgram } from "./program/program.ts";

export const programs: Readonly<Record<string, () => Promise<RunProgram>>> = {
  analytics: async () => (await import("./analytics/program.ts")).runAnalytics,
  diagnostic: async () => (await import("./diagnostic/program.ts")).runDiagnostic,
  ingest: async () => (await import("./ingest/program.ts")).runIngest,
  migration: async () => (await import("./migration/program.ts")).runMigration,
  "backup-expiry": async () => (await import("./backup-expiry/program.ts")).runBackupExpiry,
};
