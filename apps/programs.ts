/** The programs of the cluster by name, each loaded only when it is run. */
import type { Program } from "./program/program.ts";

export const programs: Readonly<Record<string, () => Promise<Program>>> = {
  analytics: () => import("./analytics/program.ts"),
  diagnostic: () => import("./diagnostic/program.ts"),
  ingest: () => import("./ingest/program.ts"),
  migration: () => import("./migration/program.ts"),
  "backup-expiry": () => import("./backup-expiry/program.ts"),
};
