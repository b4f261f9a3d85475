/**
 * Makes an insert survive a power cut. The engine syncs a part's files but not the table's folder, where the part gets its
 * final name: without this an acknowledged part may come back under its temporary name, which the engine ignores.
 */
import { type FileHandle, open } from "node:fs/promises";
import type { Readable } from "node:stream";

interface InsertConnection {
  insert(parameters: { readonly query: string }): Promise<unknown>;
  query(parameters: { readonly query: string }): Promise<{ readonly stream: Readable }>;
}

export class FolderSync {
  readonly #folders = new Map<string, Promise<FileHandle>>();

  /** @returns the connection, whose inserts from now on end with a sync of the table's folder. */
  afterInserts<C>(connection: C): C {
    const inner = connection as InsertConnection;
    const insert = inner.insert.bind(connection);
    inner.insert = async (parameters) => {
      const result = await insert(parameters);
      const table = /^INSERT INTO (\w+)/.exec(parameters.query)?.[1];
      if (table === undefined) throw new Error(`No table in: ${parameters.query.slice(0, 100)}`);
      await this.#sync(inner, table);
      return result;
    };
    return connection;
  }

  async close(): Promise<void> {
    for (const folder of this.#folders.values()) await (await folder).close();
    this.#folders.clear();
  }

  async #sync(connection: InsertConnection, table: string): Promise<void> {
    let folder = this.#folders.get(table);
    if (folder === undefined) {
      folder = openFolder(connection, table);
      this.#folders.set(table, folder);
      folder.catch(() => this.#folders.delete(table));
    }
    await (await folder).sync();
  }
}

async function openFolder(connection: InsertConnection, table: string): Promise<FileHandle> {
  const { stream } = await connection.query({
    query: `SELECT arrayElement(data_paths, 1) FROM system.tables WHERE database = currentDatabase() AND name = '${table}' FORMAT TSVRaw`,
  });
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  return open(Buffer.concat(chunks).toString("utf8").trimEnd(), "r");
}
