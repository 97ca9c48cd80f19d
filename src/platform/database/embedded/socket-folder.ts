import { chownSync, mkdirSync, mkdtempSync, rmSync, chmodSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import type { LaunchUser } from './launch-user.js';

/** What the operating system takes for a socket's path, its closing zero byte not counted. */
const MAX_PATH_BYTES = 107;
const TEMPORARY_PREFIX = 'stageline-socket-';

/** Makes the folder of the server's socket, which nobody else may enter: below the data dir, or, too deep, temporary. */
export function makeSocketFolder(dataDir: string, port: number, user: LaunchUser | null): string {
  const wanted = join(dataDir, 'socket');
  const folder = fits(wanted, port) ? wanted : mkdtempSync(join(tmpdir(), TEMPORARY_PREFIX));
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  chmodSync(folder, 0o700);
  if (user !== null) chownSync(folder, user.uid, user.gid);
  return folder;
}

/** Removes a folder of ours outside the data dir; the one inside stays. */
export function removeSocketFolder(folder: string): void {
  const temporary = basename(folder).startsWith(TEMPORARY_PREFIX) && dirname(folder) === tmpdir();
  if (temporary) rmSync(folder, { recursive: true, force: true });
}

function fits(folder: string, port: number): boolean {
  return Buffer.byteLength(join(folder, `.s.PGSQL.${port}`)) <= MAX_PATH_BYTES;
}
