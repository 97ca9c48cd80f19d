import { readFileSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { EmbeddedPostgresError } from './embedded-postgres-error.js';

/** An account of this machine. */
export type LaunchUser = Readonly<{ name: string; uid: number; gid: number }>;

/** In this order: the account made for it, then the one that every system has. */
const CANDIDATES = ['postgres', 'nobody'];

/**
 * Whom the server runs as when that is not ourselves: PostgreSQL refuses to run as root. Null for an ordinary user.
 * Only accounts of the password file will do, because `initdb` looks its own name up.
 */
export function findLaunchUser(passwordFile = '/etc/passwd', uid = process.getuid?.()): LaunchUser | null {
  if (uid !== 0) return null;
  const accounts = readFileSync(passwordFile, 'utf8').split('\n').map(parseAccount);
  for (const name of CANDIDATES) {
    const account = accounts.find((candidate) => candidate.name === name);
    if (account !== undefined && account.uid > 0) return account;
  }
  throw new EmbeddedPostgresError(
    'PostgreSQL does not run as root, and this machine has neither a user postgres nor nobody to run it as. ' +
      'Start Stageline as an ordinary user, or set DATABASE_URL to use a PostgreSQL server instead.',
  );
}

/** The nearest folder above the path that the user may not pass through; null when the way is free. */
export function closedFolderAbove(path: string, user: LaunchUser): string | null {
  for (let folder = dirname(path); ; folder = dirname(folder)) {
    if (!maySearch(folder, user)) return folder;
    if (folder === dirname(folder)) return null;
  }
}

function maySearch(folder: string, user: LaunchUser): boolean {
  const { uid, gid, mode } = statSync(folder);
  if (uid === user.uid) return (mode & 0o100) !== 0;
  if (gid === user.gid) return (mode & 0o010) !== 0;
  return (mode & 0o001) !== 0;
}

function parseAccount(line: string): LaunchUser {
  const [name = '', , uid = '', gid = ''] = line.split(':');
  return { name, uid: Number(uid), gid: Number(gid) };
}
