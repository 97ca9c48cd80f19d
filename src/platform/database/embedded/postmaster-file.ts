import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** What a running server says of itself in `postmaster.pid`; `status` is empty until it has one. */
export type Postmaster = Readonly<{ pid: number; socketFolder: string; status: string }>;

const LINE = { pid: 0, socketFolder: 4, status: 7 };

/** Reads `postmaster.pid`; null when there is none, or none that says a pid. */
export function readPostmasterFile(pgdata: string): Postmaster | null {
  let lines: readonly string[];
  try {
    lines = readFileSync(postmasterFile(pgdata), 'utf8').split('\n');
  } catch {
    return null;
  }
  const pid = Number(lines[LINE.pid]);
  if (!Number.isInteger(pid) || pid <= 0) return null;
  return { pid, socketFolder: lines[LINE.socketFolder] ?? '', status: (lines[LINE.status] ?? '').trim() };
}

/** Where a server keeps its pid. */
export function postmasterFile(pgdata: string): string {
  return join(pgdata, 'postmaster.pid');
}
