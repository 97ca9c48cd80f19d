/**
 * How one data dir never serves two processes.
 *
 * Each process first writes an owner file of its own, named by its pid and start time, and only then looks for others.
 * Of two that overlap at least one sees the other, so never do both go on; both may give way, and try again after a
 * moment of chance. A file whose process is gone is stale: its name is never used again, so anybody may delete it.
 * Crash at any point: the file left behind is stale.
 */
import { randomInt } from 'node:crypto';
import { readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { startTimeOf } from './processes.js';

const ATTEMPTS = 4;

/** Held by the one process that uses a data dir. */
export type FolderLock = Readonly<{ release: () => void }>;

/** Somebody else uses the data dir. */
export class FolderInUseError extends Error {
  override readonly name = 'FolderInUseError';

  constructor(
    readonly dataDir: string,
    readonly pid: number,
  ) {
    super(
      `The data in ${dataDir} is in use by the Stageline process ${pid}. ` +
        'Stop that one first, or give this one a folder of its own with STAGELINE_DATA_DIR.',
    );
  }
}

/** Claims an existing folder for this process. Throws `FolderInUseError` when a living process holds it. */
export async function lockFolder(dataDir: string): Promise<FolderLock> {
  const own = ownerFile(process.pid, startTimeOf(process.pid) ?? '0');
  for (let attempt = 1; ; attempt++) {
    const rival = claim(dataDir, own);
    if (rival === null) return { release: () => rmSync(join(dataDir, own), { force: true }) };
    if (attempt === ATTEMPTS || rival === process.pid) throw new FolderInUseError(dataDir, rival);
    await sleep(randomInt(20, 120));
  }
}

/** The pid of the living process in whose favour this one gave way; null when the folder is ours. */
function claim(dataDir: string, own: string): number | null {
  const path = join(dataDir, own);
  try {
    writeFileSync(path, `${process.pid}\n`, { flag: 'wx', mode: 0o644 });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return process.pid;
    throw error;
  }
  const rival = livingRival(dataDir, own);
  if (rival !== null) rmSync(path, { force: true });
  return rival;
}

function livingRival(dataDir: string, own: string): number | null {
  for (const name of readdirSync(dataDir)) {
    const [, pid, startTime] = /^owner\.(\d+)\.([\w-]+)$/.exec(name) ?? [];
    if (pid === undefined || name === own) continue;
    if (startTimeOf(Number(pid)) === startTime) return Number(pid);
    rmSync(join(dataDir, name), { force: true });
  }
  return null;
}

function ownerFile(pid: number, startTime: string): string {
  return `owner.${pid}.${startTime}`;
}
