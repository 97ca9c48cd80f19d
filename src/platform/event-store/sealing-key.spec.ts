import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { sealingKeyFrom, sealingKeyIn } from './sealing-key.js';

let dataDir: string;
beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'stageline-key-'));
});
afterEach(() => rm(dataDir, { recursive: true }));

describe('the sealing key in the data dir', () => {
  it('is made at the first start, kept to its owner, and found again', async () => {
    const made = await sealingKeyIn(dataDir);
    expect((await sealingKeyIn(dataDir)).id).toBe(made.id);
    expect(made.id).toMatch(/^[0-9a-f]{32}$/);
    expect((await stat(join(dataDir, 'sealing-key.pem'))).mode & 0o777).toBe(0o600);
  });

  it('is the same for all who start at once, and leaves nothing else behind', async () => {
    const keys = await Promise.all(Array.from({ length: 8 }, () => sealingKeyIn(dataDir)));
    expect(new Set(keys.map(({ id }) => id)).size).toBe(1);
    expect(await readdir(dataDir)).toEqual(['sealing-key.pem']);
  });

  it.each(['', '-----BEGIN PRIVATE KEY-----\nMC4CAQ'])('is named when it is no key: %j', async (content) => {
    const file = join(dataDir, 'sealing-key.pem');
    await writeFile(file, content);
    await expect(sealingKeyIn(dataDir)).rejects.toThrow(`The sealing key in ${file} is empty or damaged.`);
  });
});

describe('a sealing key from the configuration', () => {
  it('has to be a key', () => {
    expect(() => sealingKeyFrom('no key')).toThrow();
  });
});
