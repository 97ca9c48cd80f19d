/** `stageline migrate`: brings the database of the settings to this version. */
import 'reflect-metadata';
import { type Config, loadConfig } from './platform/config/config.js';
import { migrate } from './platform/database/migrate.js';
import { openDatabase } from './platform/database/open-database.js';
import { CommandError } from './command-error.js';
import { startFailure } from './start-failure.js';

/** Answers what to print. Throws `CommandError` where the database is out of reach. */
export async function migrateDatabase(): Promise<string> {
  const config = loadConfig(process.env);
  const ran = await migrated(config).catch((error: unknown) => {
    throw new CommandError(startFailure(error, config), { cause: error });
  });
  return ran.length === 0 ? 'The database is up to date.\n' : `Ran ${ran.join(', ')}.\n`;
}

async function migrated(config: Config): Promise<readonly string[]> {
  const database = await openDatabase(config, () => undefined);
  try {
    return await migrate(database);
  } finally {
    await database.stop();
  }
}
