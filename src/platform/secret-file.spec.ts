import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { keepFirstSecret, replaceSecret } from './secret-file.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'stageline-secret-'));
});
afterEach(() => rm(folder, { recursive: true }));

describe.each([
  ['replacing', replaceSecret],
  ['keeping the first of', keepFirstSecret],
])('%s a secret', (_name, write) => {
  it('makes the file and its folder, for its owner only, and leaves nothing else behind', async () => {
    const file = join(folder, 'new', 'secret');
    await write(file, 'one');
    expect(await readFile(file, 'utf8')).toBe('one');
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect(await readdir(join(folder, 'new'))).toEqual(['secret']);
  });
});

describe('a secret that is there', () => {
  it('is replaced by another, whatever its mode was', async () => {
    const file = join(folder, 'secret');
    await writeFile(file, 'one', { mode: 0o644 });
    await replaceSecret(file, 'two');
    expect(await readFile(file, 'utf8')).toBe('two');
    expect((await stat(file)).mode & 0o777).toBe(0o600);
  });

  it('stays where the first is kept', async () => {
    const file = join(folder, 'secret');
    await keepFirstSecret(file, 'one');
    await keepFirstSecret(file, 'two');
    expect(await readFile(file, 'utf8')).toBe('one');
    expect(await readdir(folder)).toEqual(['secret']);
  });
});
