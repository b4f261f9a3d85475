/** An empty relational store in the process, from a copy that is made once: to make one takes four times as long as to load it. */
import { createHash, randomBytes } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { PGlite } from "@electric-sql/pglite";
import { drizzle } from "drizzle-orm/pglite";
import { packageRoot } from "../../base/package-root.ts";
import { openRelationalStore, type RelationalStore } from "../../stores/relational/database.ts";
import { migrationsFolder } from "../../stores/relational/migrations.ts";
import * as schema from "../../stores/relational/schema.ts";

export async function openEmptyRelational(): Promise<RelationalStore> {
  copy ??= readOrMakeCopy();
  const client = await PGlite.create({ loadDataDir: await copy });
  return { database: drizzle(client, { schema }), close: () => client.close() };
}

let copy: Promise<Blob> | undefined;

/** The copy is kept for later runs, under a name that says what it was made by: the engine and the migrations. */
async function readOrMakeCopy(): Promise<Blob> {
  const folder = join(packageRoot, "node_modules", ".cache", "rollout-tests");
  const hash = createHash("sha256").update(
    readFileSync(join(packageRoot, "node_modules/@electric-sql/pglite/package.json")),
  );
  for (const name of readdirSync(migrationsFolder, { recursive: true, encoding: "utf8" }).sort())
    if (name.endsWith(".sql") || name.endsWith(".json"))
      hash.update(name).update(readFileSync(join(migrationsFolder, name)));
  const path = join(folder, `relational-${hash.digest("hex").slice(0, 16)}.tar.gz`);
  try {
    return new Blob([readFileSync(path)], { type: "application/x-gzip" });
  } catch {
    // Made below.
  }
  const store = await openRelationalStore();
  const made = await store.dump();
  await store.close();
  mkdirSync(folder, { recursive: true });
  const unfinished = `${path}.${randomBytes(6).toString("hex")}`;
  writeFileSync(unfinished, Buffer.from(await made.arrayBuffer()));
  renameSync(unfinished, path);
  return made;
}
