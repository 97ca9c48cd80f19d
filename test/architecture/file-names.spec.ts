import { readdirSync } from 'node:fs';
import { basename, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const EMPTY_WORDS = ['util', 'helper', 'common', 'manager', 'base', 'data', 'info', 'misc', 'impl'];
const KEBAB_CASE = /^[a-z0-9]+(-[a-z0-9]+)*(\.[a-z0-9-]+)*$/;
/** TypeORM's own word for a connection, and the law's for what is known of a person; any other would need explaining. */
const ACCEPTED = ['src/platform/database/data-source.ts', 'src/platform/personal-data', 'migrations/personal-data'];

const paths = ['src', 'test', 'migrations', 'scripts'].flatMap((folder) =>
  readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true }).map((entry) =>
    relative(ROOT, join(entry.parentPath, entry.name)),
  ),
);

describe('the name of a file or folder', () => {
  it('is in kebab case, its role after a dot', () => {
    expect(paths.filter((path) => !KEBAB_CASE.test(basename(path)) && path.endsWith('.ts'))).toEqual([]);
  });

  it('holds no word that says nothing', () => {
    const saysNothing = (path: string): boolean => wordsOf(path).some((word) => EMPTY_WORDS.includes(word));
    expect(paths.filter((path) => !ACCEPTED.includes(path) && saysNothing(path))).toEqual([]);
  });
});

/** A plural is the same word. */
function wordsOf(path: string): readonly string[] {
  return basename(path)
    .split(/[-._]/)
    .map((word) => word.replace(/s$/, ''));
}
