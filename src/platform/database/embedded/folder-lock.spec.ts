import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { runProgram, type Child } from '../../../../test/support/child.js';
import { makeFolder, removeFolder } from '../../../../test/support/folders.js';
import { FolderInUseError, lockFolder } from './folder-lock.js';

const NO_SUCH_PID = 4_194_305; // One above the highest that Linux gives out.

describe('locking a data dir', () => {
  let dataDir: string;
  let children: Child[];
  beforeEach(() => {
    dataDir = makeFolder();
    children = [];
  });
  afterEach(async () => {
    for (const child of children) child.kill('SIGKILL');
    await Promise.all(children.map((child) => child.exit));
    removeFolder(dataDir);
  });

  const run = (): Child => {
    const child = runProgram('folder-lock.ts', [dataDir]);
    children.push(child);
    return child;
  };

  it('keeps a second claim of the same process out', async () => {
    const lock = await lockFolder(dataDir);
    await expect(lockFolder(dataDir)).rejects.toThrow(FolderInUseError);
    lock.release();
  });

  it('names the process that holds it and says what to do', async () => {
    const holder = run();
    await holder.says(/locked/);
    await expect(lockFolder(dataDir)).rejects.toThrow(
      `The data in ${dataDir} is in use by the Stageline process ${holder.pid}. ` +
        'Stop that one first, or give this one a folder of its own with STAGELINE_DATA_DIR.',
    );
  });

  it('is free again once released', async () => {
    (await lockFolder(dataDir)).release();
    expect(readdirSync(dataDir)).toEqual([]);
  });

  it('is free again after a kill -9 of its holder', async () => {
    const holder = run();
    await holder.says(/locked/);
    holder.kill('SIGKILL');
    await holder.exit;
    const lock = await lockFolder(dataDir);
    expect(readdirSync(dataDir)).toHaveLength(1);
    lock.release();
  });

  it('takes no notice of a former holder whose pid now belongs to another process', async () => {
    writeFileSync(join(dataDir, `owner.${process.ppid}.1`), '');
    writeFileSync(join(dataDir, `owner.${NO_SUCH_PID}.1`), '');
    const lock = await lockFolder(dataDir);
    expect(readdirSync(dataDir)).toEqual([expect.stringContaining(`owner.${process.pid}.`)]);
    lock.release();
  });

  it('lets at most one of many in that ask at the same moment', async () => {
    const askers = Array.from({ length: 6 }, run);
    await Promise.all(askers.map((asker) => asker.says(/locked|in use/)));
    const admitted = askers.filter((asker) => asker.output().includes('locked'));
    expect(admitted.length).toBeLessThanOrEqual(1);
    expect(readdirSync(dataDir)).toHaveLength(admitted.length);
  });
});
