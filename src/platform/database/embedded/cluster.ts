/**
 * How a database cluster is made, all or nothing.
 *
 * `initdb` works in a folder of its own name; only when the cluster is whole and its database made is the folder renamed.
 * Crash before the rename: the next start deletes the half-made folder and begins anew. Crash after: it is whole.
 */
import { chownSync, closeSync, existsSync, fsyncSync, mkdirSync, mkdtempSync, openSync, readFileSync } from 'node:fs';
import { readdirSync, renameSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { Binaries } from './binaries.js';
import { runToEnd, type Launcher } from './launcher.js';
import { EmbeddedPostgresError } from './embedded-postgres-error.js';

/** The owner of everything in an embedded server, and the database it holds. */
export const SUPERUSER = 'stageline';
export const DATABASE = 'stageline';

const MAJOR_VERSION = '18';

/** Makes the cluster unless it is there. Throws when one of another PostgreSQL version is. Needs the data dir's lock. */
export async function ensureCluster(
  pgdata: string,
  binaries: Binaries,
  launcher: Launcher,
  log: (message: string) => void,
): Promise<void> {
  removeHalfMade(pgdata);
  if (existsSync(pgdata)) {
    assertVersion(pgdata);
    return;
  }
  log('Making a new database; this takes a second or two.');
  const draft = mkdtempSync(`${pgdata}.new-`);
  if (launcher.user !== null) chownSync(draft, launcher.user.uid, launcher.user.gid);
  await runToEnd(launcher, binaries.initdb, initdbArguments(draft));
  await runToEnd(launcher, binaries.postgres, ['--single', '-D', draft, 'postgres'], `CREATE DATABASE ${DATABASE}\n`);
  renameSync(draft, pgdata);
  syncFolder(dirname(pgdata));
}

/** Makes the data dir. The launch user only passes through; what is secret in it has a mode of its own. */
export function ensureDataDir(dataDir: string, launchUser: unknown): void {
  mkdirSync(dataDir, { recursive: true, mode: launchUser === null ? 0o700 : 0o711 });
}

/** Anybody who reaches the socket may come in without a password: its folder lets in only us and the server. */
function initdbArguments(folder: string): readonly string[] {
  return [
    `--pgdata=${folder}`,
    `--username=${SUPERUSER}`,
    '--encoding=UTF8',
    '--locale=C',
    '--auth-local=trust',
    '--auth-host=reject',
    '--no-instructions',
  ];
}

function removeHalfMade(pgdata: string): void {
  for (const name of readdirSync(dirname(pgdata))) {
    if (name.startsWith(`${basename(pgdata)}.new-`)) {
      rmSync(join(dirname(pgdata), name), { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
    }
  }
}

function assertVersion(pgdata: string): void {
  const found = readFileSync(join(pgdata, 'PG_VERSION'), 'utf8').trim();
  if (found === MAJOR_VERSION) return;
  throw new EmbeddedPostgresError(
    `The data in ${pgdata} was made by PostgreSQL ${found}; this Stageline brings PostgreSQL ${MAJOR_VERSION}. ` +
      'Run a server of the old version on it and set DATABASE_URL, or move its content over with pg_dump.',
  );
}

function syncFolder(folder: string): void {
  const handle = openSync(folder, 'r');
  fsyncSync(handle);
  closeSync(handle);
}
