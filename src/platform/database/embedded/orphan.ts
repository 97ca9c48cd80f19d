/**
 * What a killed Stageline leaves behind, and how it is cleared away.
 *
 * `postmaster.pid` names a process. Gone: PostgreSQL itself takes the file over. Alive, and a server on this data dir: an
 * orphan, stopped here, fast first and hard at last; its data is safe either way. Alive, but somebody else (the pid was
 * given out again): the file is kept, because it also guards against the orphan's last children, but names us instead.
 * PostgreSQL knows that its own parent is no server.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { postmasterFile, readPostmasterFile } from './postmaster-file.js';
import { commandLineOf, holdsWithin, startTimeOf } from './processes.js';
import { removeSocketFolder } from './socket-folder.js';
import { EmbeddedPostgresError } from './embedded-postgres-error.js';

const STEPS = [
  { signal: 'SIGINT', patienceMs: 20_000 },
  { signal: 'SIGQUIT', patienceMs: 5_000 },
  { signal: 'SIGKILL', patienceMs: 5_000 },
] as const;

/** Stops the server that a former process left on this data, if any. Needs the data dir's lock. */
export async function clearOrphan(pgdata: string, log: (message: string) => void): Promise<void> {
  const postmaster = readPostmasterFile(pgdata);
  if (postmaster === null) return;
  const startTime = startTimeOf(postmaster.pid);
  if (startTime === null) {
    removeSocketFolder(postmaster.socketFolder);
    return;
  }
  if (!servesThisData(postmaster.pid, pgdata)) {
    nameUsInstead(pgdata, postmaster.pid);
    return;
  }
  log(`Stopping the database server ${postmaster.pid} that a former process left running.`);
  await stopServer(postmaster.pid, startTime);
  removeSocketFolder(postmaster.socketFolder);
}

/** Stops a server process and waits until it is gone. */
export async function stopServer(pid: number, startTime: string): Promise<void> {
  const isGone = (): boolean => startTimeOf(pid) !== startTime;
  for (const { signal, patienceMs } of STEPS) {
    if (isGone()) return;
    signalUnlessGone(pid, signal);
    if (await holdsWithin(patienceMs, isGone)) return;
  }
  throw new EmbeddedPostgresError(`The database server ${pid} does not stop. End it by hand, then start again.`);
}

function servesThisData(pid: number, pgdata: string): boolean {
  const command = commandLineOf(pid) ?? '';
  return command.includes('postgres') && ` ${command} `.includes(` -D ${pgdata} `);
}

function nameUsInstead(pgdata: string, stalePid: number): void {
  const file = postmasterFile(pgdata);
  writeFileSync(file, readFileSync(file, 'utf8').replace(String(stalePid), String(process.pid)));
}

function signalUnlessGone(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
