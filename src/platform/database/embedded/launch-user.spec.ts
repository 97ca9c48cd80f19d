import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { makeFolder, removeFolder } from '../../../../test/support/folders.js';
import { closedFolderAbove, findLaunchUser } from './launch-user.js';

const ROOT = 'root:x:0:0:root:/root:/bin/bash';
const NOBODY = 'nobody:x:65534:65533:nobody:/nonexistent:/usr/sbin/nologin';
const POSTGRES = 'postgres:x:101:104::/var/lib/postgresql:/bin/bash';

describe('choosing whom the server runs as', () => {
  let folder: string;
  beforeEach(() => {
    folder = makeFolder();
  });
  afterEach(() => {
    removeFolder(folder);
  });

  const passwordFile = (...lines: readonly string[]): string => {
    const path = join(folder, 'passwd');
    writeFileSync(path, lines.join('\n'));
    return path;
  };

  it('leaves an ordinary user as it is', () => {
    expect(findLaunchUser(passwordFile(ROOT, POSTGRES), 1000)).toBeNull();
  });

  it('prefers postgres to nobody for root', () => {
    expect(findLaunchUser(passwordFile(ROOT, NOBODY, POSTGRES), 0)).toEqual({ name: 'postgres', uid: 101, gid: 104 });
  });

  it('takes nobody where there is no postgres', () => {
    expect(findLaunchUser(passwordFile(ROOT, NOBODY), 0)).toEqual({ name: 'nobody', uid: 65534, gid: 65533 });
  });

  it('says what to do where there is neither', () => {
    expect(() => findLaunchUser(passwordFile(ROOT), 0)).toThrow(
      /Start Stageline as an ordinary user, or set DATABASE_URL/,
    );
  });

  it('finds the folder that a stranger may not pass through', () => {
    const stranger = { name: 'stranger', uid: 54_321, gid: 54_321 };
    mkdirSync(join(folder, 'open'));
    expect(closedFolderAbove(join(folder, 'open', 'file'), stranger)).toBe(folder);
    chmodSync(folder, 0o711);
    expect(closedFolderAbove(join(folder, 'open', 'file'), stranger)).toBeNull();
  });
});
