/**
 * Reads the parts of all tables and compares their checksums, a few at a time: those that were never read first, the newest
 * of them first, then those that were read longest ago. The engine itself only notices what a query or a merge reads.
 */
import type { ClickHouseClient } from "@clickhouse/client";
import { type Damage, daysIn } from "./damage.ts";

/** No further part is begun once either is used up. */
export interface CheckBounds {
  readonly milliseconds: number;
  readonly bytes: number;
}

interface Part {
  readonly table: string;
  readonly name: string;
  readonly rows: string;
  readonly bytes_on_disk: string;
  readonly path: string;
}

export class PartChecksums {
  readonly #client: ClickHouseClient;
  /** When a part was read, by table and name. */
  readonly #readAt = new Map<string, number>();
  readonly #broken = new Map<string, Damage>();
  #parts = 0;

  constructor(client: ClickHouseClient) {
    this.#client = client;
  }

  get damages(): readonly Damage[] {
    return [...this.#broken.values()];
  }

  /** How many parts there were at the last look, and how many of them have been read since the start. */
  get progress(): { readonly parts: number; readonly read: number } {
    return { parts: this.#parts, read: this.#readAt.size };
  }

  /** @param bounds.bytes a larger part is read alone, but not `atStart`. */
  async read(bounds: CheckBounds, atStart = false): Promise<void> {
    const end = performance.now() + bounds.milliseconds;
    let bytes = bounds.bytes;
    let isFirst = !atStart;
    for (const part of await this.#due()) {
      if (performance.now() > end) return;
      const size = Number(part.bytes_on_disk);
      if (size > bytes && !isFirst) continue;
      isFirst = false;
      bytes -= size;
      await this.#check(part);
    }
  }

  async #due(): Promise<Part[]> {
    const result = await this.#client.query({
      query: `SELECT table, name, rows, bytes_on_disk, path FROM system.parts
              WHERE active AND database = currentDatabase() ORDER BY modification_time DESC, name`,
      format: "JSONEachRow",
    });
    const parts = await result.json<Part>();
    const existing = new Set(parts.map(keyOf));
    for (const key of this.#readAt.keys()) if (!existing.has(key)) this.#readAt.delete(key);
    for (const key of this.#broken.keys()) if (!existing.has(key)) this.#broken.delete(key);
    this.#parts = parts.length;
    const readAt = (part: Part) => this.#readAt.get(keyOf(part)) ?? 0;
    return parts.sort((one, other) => readAt(one) - readAt(other));
  }

  async #check(part: Part): Promise<void> {
    const { table, name } = part;
    const problem = await this.#problemOf(table, name);
    const key = keyOf(part);
    this.#readAt.set(key, performance.now());
    if (problem === undefined) this.#broken.delete(key);
    else
      this.#broken.set(key, {
        table,
        part: name,
        rows: Number(part.rows),
        ...daysIn(part.path),
        reason: `is damaged: ${problem}`,
      });
  }

  /** @returns undefined also where a merge has replaced the part meanwhile. */
  async #problemOf(table: string, part: string): Promise<string | undefined> {
    const result = await this.#client
      .query({
        query: `CHECK TABLE \`${table}\` PART '${part}' SETTINGS check_query_single_value_result = 0`,
        format: "JSONEachRow",
      })
      .catch((error: Error & { type?: string }) => {
        if (error.type === "NO_SUCH_DATA_PART" || error.type === "UNKNOWN_TABLE") return undefined;
        throw error;
      });
    const rows = await result?.json<{ is_passed: number | boolean; message: string }>();
    const failed = rows?.find(({ is_passed }) => !is_passed);
    return failed?.message.replace(/^Code: \d+\. DB::Exception: /, "").split(/ in data part | \(/)[0];
  }
}

const keyOf = ({ table, name }: Part): string => `${table}/${name}`;
