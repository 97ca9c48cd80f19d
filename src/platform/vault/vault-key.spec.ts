import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { vaultKeyFrom, vaultKeyIn } from './vault-key.js';

let dataDir: string;
beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'stageline-vault-'));
});
afterEach(() => rm(dataDir, { recursive: true }));

describe('the vault key in the data dir', () => {
  it('is made at the first start, kept to its owner, and found again', async () => {
    const made = await vaultKeyIn(dataDir);
    expect(await vaultKeyIn(dataDir)).toEqual(made);
    expect(made.id).toMatch(/^[0-9a-f]{32}$/);
    expect(made.key).toHaveLength(32);
    expect((await stat(join(dataDir, 'vault-key'))).mode & 0o777).toBe(0o600);
  });

  it('is the same for all who start at once, and leaves nothing else behind', async () => {
    const keys = await Promise.all(Array.from({ length: 8 }, () => vaultKeyIn(dataDir)));
    expect(new Set(keys.map(({ id }) => id)).size).toBe(1);
    expect(await readdir(dataDir)).toEqual(['vault-key']);
  });

  it.each(['', 'AAAA'])('is named when it is no key: %j', async (content) => {
    const file = join(dataDir, 'vault-key');
    await writeFile(file, content);
    await expect(vaultKeyIn(dataDir)).rejects.toThrow(`The vault key in ${file} is empty or damaged.`);
  });
});

describe('a vault key from the configuration', () => {
  it('is told by its id, whatever blanks stand around it', () => {
    const text = Buffer.alloc(32, 7).toString('base64');
    expect(vaultKeyFrom(` ${text}\n`)).toEqual(vaultKeyFrom(text));
    expect(vaultKeyFrom(Buffer.alloc(32, 8).toString('base64'))?.id).not.toBe(vaultKeyFrom(text)?.id);
  });

  it.each(['', 'short', Buffer.alloc(33).toString('base64')])('has 32 bytes, not as %j', (text) => {
    expect(vaultKeyFrom(text)).toBeNull();
  });
});
