/** The health of a running stack: of each part, and the counts of its messages. */
import { KitError } from "../../base/kit-error.ts";
import type { MessageFlow } from "../../stores/relational/message-flow.ts";
import { explainRelationalDamage } from "../../stores/relational/relational-damage.ts";
import { explainDamage } from "../../stores/time-series/damage.ts";

export interface PartStatus {
  readonly name: string;
  readonly health: "healthy" | "degraded" | "failed";
  readonly detail: string;
}

export interface StackStatus {
  /** ISO 3166-1 alpha-2. */
  readonly country: string;
  readonly environment?: string;
  readonly pid: number;
  /** RFC 3339. */
  readonly startedAt: string;
  readonly webAddress: string;
  readonly parts: readonly PartStatus[];
  readonly flow: MessageFlow;
}

/** Runs a part's check: what it throws is its failure. */
export async function partStatus(
  name: string,
  check: () => Promise<Omit<PartStatus, "name">> | Omit<PartStatus, "name">,
): Promise<PartStatus> {
  try {
    return { name, ...(await check()) };
  } catch (error) {
    const explained = explainRelationalDamage(explainDamage(error));
    if (explained instanceof KitError)
      return { name, health: "failed", detail: `${explained.message} ${explained.remediation}`.trim() };
    return { name, health: "failed", detail: error instanceof Error ? error.message : String(error) };
  }
}
