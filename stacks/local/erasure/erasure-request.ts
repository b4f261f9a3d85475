/** What the command line asks a running stack about erasures, and the answers. Both cross as JSON: times are texts. */
import type { ErasureDescription, ToErase } from "../../../apps/erasure/erasures.ts";
import type { ErasureKind, ErasureRecord } from "../../../stores/relational/erasures.ts";

export type ErasureRequest =
  | { readonly action: "describe"; readonly kind: ErasureKind; readonly name: string }
  | { readonly action: "erase"; readonly toErase: ToErase; readonly orderedBy: string }
  | { readonly action: "list" };

export type ErasureAnswer = ErasureDescription | readonly WrittenErasure[];

/** A record as JSON. */
export type WrittenErasure = Omit<ErasureRecord, "orderedAt" | "finishedAt"> & {
  /** RFC 3339. */
  readonly orderedAt: string;
  readonly finishedAt: string | null;
};

export function writtenErasure(record: ErasureRecord): WrittenErasure {
  const { orderedAt, finishedAt } = record;
  return {
    ...record,
    orderedAt: orderedAt.toISOString(),
    finishedAt: finishedAt === null ? null : finishedAt.toISOString(),
  };
}

export function readErasure(written: WrittenErasure): ErasureRecord {
  const { orderedAt, finishedAt } = written;
  return {
    ...written,
    orderedAt: new Date(orderedAt),
    finishedAt: finishedAt === null ? null : new Date(finishedAt),
  };
}
