/**
 * How a secret gets into a file, whole or not at all.
 *
 * It is written to a draft beside the file, readable by its owner only, and forced to disk; then the draft takes the file's
 * name, and the folder is forced to disk as well. Crash before: the file is as it was. Crash after: it is the new one.
 */
import { randomUUID } from 'node:crypto';
import { link, mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';

/** Writes the file, over whatever was there. */
export async function replaceSecret(path: string, text: string): Promise<void> {
  await place(path, text, (draft) => rename(draft, path));
}

/** Writes the file unless it is there: of many that try at once, one wins and the others change nothing. */
export async function keepFirstSecret(path: string, text: string): Promise<void> {
  await place(path, text, (draft) => link(draft, path).catch(unlessThere));
}

async function place(path: string, text: string, putInPlace: (draft: string) => Promise<void>): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const draft = `${path}.${randomUUID()}`;
  try {
    await writeThrough(draft, text);
    await putInPlace(draft);
  } finally {
    await rm(draft, { force: true });
  }
  await syncFolder(dirname(path));
}

async function writeThrough(path: string, text: string): Promise<void> {
  const file = await open(path, 'wx', 0o600);
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
}

async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  await handle.sync().finally(() => handle.close());
}

function unlessThere(error: unknown): void {
  if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
}
