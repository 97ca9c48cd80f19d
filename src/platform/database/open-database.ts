import type { Config } from '../config/config.js';
import type { Connection } from './data-source.js';
import { startEmbeddedPostgres } from './embedded/embedded-postgres.js';

/** A database that can be connected to, and how to let go of it. */
export type OpenDatabase = Readonly<{
  connection: Connection;
  /** Whether it is the one inside this process's care. */
  isEmbedded: boolean;
  stop: () => Promise<void>;
  /** Calls back should the database end by itself; never for a server that is not ours. */
  onExit: (callback: (reason: string) => void) => void;
}>;

/** The server named by `DATABASE_URL`, else the embedded one on the data dir. */
export async function openDatabase(config: Config, log: (message: string) => void): Promise<OpenDatabase> {
  if (config.databaseUrl !== undefined) {
    return {
      connection: { connectionString: config.databaseUrl },
      isEmbedded: false,
      stop: () => Promise.resolve(),
      onExit: () => undefined,
    };
  }
  const embedded = await startEmbeddedPostgres({ dataDir: config.dataDir, log });
  return { ...embedded, isEmbedded: true };
}
