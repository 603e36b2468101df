import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import postgres from "postgres";
import type { Place } from "../../test/campaigns/place.ts";

/** What is stored in a place, in bytes; without PostgreSQL's log, which it uses again. */
export async function diskBytes({ storage }: Place): Promise<number> {
  if (storage.databaseUrl === undefined) return folderBytes(storage.dataDir);
  const sql = postgres(storage.databaseUrl, { max: 1 });
  try {
    const [row] = await sql<{ bytes: string }[]>`select pg_database_size(current_database())::text as bytes`;
    return Number(row?.bytes);
  } finally {
    await sql.end();
  }
}

async function folderBytes(folder: string): Promise<number> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const sizes = entries
    .filter((entry) => entry.isFile())
    .map((entry) =>
      stat(join(entry.parentPath, entry.name)).then(
        ({ size }) => size,
        () => 0,
      ),
    );
  return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
}
