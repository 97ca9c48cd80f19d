/**
 * A PostgreSQL server that lives and dies with this process.
 *
 * Start: lock the data dir, clear an orphan away, make the cluster if there is none, spawn the server, wait until it says
 * it is ready. Stop: fast shutdown, wait, give the lock back. Killed in between: `setpriv` ends the server with us; where
 * there is none, the next start finds the orphan. Only a unix socket is opened, in a folder that nobody else may enter.
 */
import { join, resolve } from 'node:path';
import { findBinaries } from './binaries.js';
import { DATABASE, ensureCluster, ensureDataDir, SUPERUSER } from './cluster.js';
import { lockFolder, type FolderLock } from './folder-lock.js';
import { createLauncher } from './launcher.js';
import { findLaunchUser } from './launch-user.js';
import { clearOrphan } from './orphan.js';
import { runServer } from './server.js';
import { makeSocketFolder, removeSocketFolder } from './socket-folder.js';

const PORT = 5432; // Only part of the socket's name.

/** How to reach the server: `host` is the folder of its socket. */
export type EmbeddedConnection = Readonly<{ host: string; port: number; user: string; database: string }>;

/** A running server. */
export type EmbeddedPostgres = Readonly<{
  connection: EmbeddedConnection;
  /** Ends sessions and shuts down; resolves when the server is gone. Calling it again is harmless. */
  stop: () => Promise<void>;
  /** Calls back, with what the server last said, should it end without `stop`. */
  onExit: (callback: (reason: string) => void) => void;
}>;

/** `durable: false` trades safety at a power cut for speed: for tests. `maxConnections` counts every session. */
export type EmbeddedPostgresOptions = Readonly<{
  dataDir: string;
  log: (message: string) => void;
  /** Defaults to true. */
  durable?: boolean;
  /** Defaults to 250. */
  maxConnections?: number;
}>;

/**
 * Starts the server on `dataDir`, making both where they are missing. Throws `FolderInUseError` when another process
 * has the data dir, and an error that says what to do when this machine cannot run PostgreSQL.
 */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const dataDir = resolve(options.dataDir);
  ensureDataDir(dataDir, findLaunchUser());
  const lock = await lockFolder(dataDir);
  try {
    return await startLocked(dataDir, lock, options);
  } catch (error) {
    lock.release();
    throw error;
  }
}

async function startLocked(
  dataDir: string,
  lock: FolderLock,
  options: EmbeddedPostgresOptions,
): Promise<EmbeddedPostgres> {
  const { log, durable = true, maxConnections = 250 } = options;
  const pgdata = join(dataDir, 'postgres');
  const binaries = findBinaries();
  const launcher = createLauncher(binaries.postgres, pgdata);
  await clearOrphan(pgdata, log);
  await ensureCluster(pgdata, binaries, launcher, log);
  const socketFolder = makeSocketFolder(dataDir, PORT, launcher.user);
  const cleanUp = (): void => {
    removeSocketFolder(socketFolder);
    lock.release();
  };
  const server = await runServer({
    pgdata,
    binaries,
    launcher,
    log,
    socketFolder,
    port: PORT,
    durable,
    maxConnections,
  });
  return {
    connection: { host: socketFolder, port: PORT, user: SUPERUSER, database: DATABASE },
    stop: () => server.stop().finally(cleanUp),
    onExit: server.onExit,
  };
}
