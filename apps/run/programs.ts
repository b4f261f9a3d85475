/** The programs of the cluster by name, each loaded only when it is run. */
import type { Program } from "./program.ts";

export const programs: Readonly<Record<string, () => Promise<Program>>> = {
  "backup-expiry": () => import("./backup-expiry.ts"),
};
