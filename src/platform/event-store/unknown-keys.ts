import type { Database } from '../database/database.js';

/** Ids of the keys that have signed seals of this timeline and are not among `known`. */
export async function unknownKeys(database: Database, known: readonly string[]): Promise<readonly string[]> {
  const rows = await database.system((manager) =>
    manager.query<readonly { key_id: string }[]>(
      'select key_id from sealing_keys where key_id <> all($1) order by key_id',
      [known],
    ),
  );
  return rows.map(({ key_id: id }) => id);
}
