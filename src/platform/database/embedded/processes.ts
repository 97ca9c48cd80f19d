import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

const hasProc = existsSync('/proc/self/stat');

/**
 * When a process started, in a form to compare only; null when it is not running. A pid alone says little: after a
 * crash or a restart of a container it may belong to somebody else.
 */
export function startTimeOf(pid: number): string | null {
  return hasProc ? startTicks(pid) : (ask(pid, 'lstart=')?.replace(/\W+/g, '-') ?? null);
}

/** The command line of a running process; null when there is none, or none that may be read. */
export function commandLineOf(pid: number): string | null {
  if (!hasProc) return ask(pid, 'command=');
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim();
  } catch {
    return null;
  }
}

/** Waits until the condition holds. False when `timeoutMs` have passed before it did. */
export async function holdsWithin(timeoutMs: number, condition: () => boolean): Promise<boolean> {
  const deadline = performance.now() + timeoutMs;
  while (!condition()) {
    if (performance.now() > deadline) return false;
    await sleep(10);
  }
  return true;
}

/** The process name, second in the line, may hold spaces and brackets: what counts comes after its last bracket. */
function startTicks(pid: number): string | null {
  let stat: string;
  try {
    stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  } catch {
    return null;
  }
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const [state] = fields;
  if (state === 'Z' || state === 'X') return null; // Dead, only nobody has fetched its exit code yet.
  return fields[19] ?? null;
}

function ask(pid: number, column: string): string | null {
  try {
    return execFileSync('ps', ['-p', String(pid), '-o', column], { encoding: 'utf8', stdio: 'pipe' }).trim() || null;
  } catch {
    return null;
  }
}
