import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Makes an empty folder that only its owner may enter. */
export function makeFolder(): string {
  return mkdtempSync(join(tmpdir(), 'stageline-test-'));
}

/** Removes a folder and what is in it, if it is there. */
export function removeFolder(folder: string): void {
  rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 });
}
