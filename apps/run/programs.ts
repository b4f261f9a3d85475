/** The programs of the cluster by name, each loaded only when it is run. */
import type { Program } from "./program.ts";

export const programs: Readonly<Record<string, () => Promise<Program>>> = {
  analytics: () => import("./analytics.ts"),
  diagnostic: () => import("./diagnostic.ts"),
  ingest: () => import("./ingest.ts"),
  migration: () => import("./migration.ts"),
  "backup-expiry": () => import("./backup-expiry.ts"),
};
