import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';

const ROOT = new URL('../../', import.meta.url);
const page = readFileSync(new URL('docs/architecture.md', ROOT), 'utf8');
const paths = ['src', 'migrations', 'test'].flatMap((folder) =>
  readdirSync(new URL(folder, ROOT), { recursive: true, encoding: 'utf8' }).map((path) => `${folder}/${path}`),
);
const named = [...page.matchAll(/`([\w./-]+\.(?:ts|sql)|src\/[\w/-]+)`/g)].map(([, path]) => path ?? '');

describe('docs/architecture.md', () => {
  it('names only files and folders that exist', () => {
    const exists = (path: string): boolean => paths.some((found) => found === path || found.endsWith(`/${path}`));
    expect(named.length).toBeGreaterThan(40);
    expect(named.filter((path) => !exists(path))).toEqual([]);
  });

  it('walks every folder of src', () => {
    const folders = readdirSync(new URL('src', ROOT), { withFileTypes: true }).filter((entry) => entry.isDirectory());
    expect(folders.map(({ name }) => `src/${name}`).filter((folder) => !page.includes(`\`${folder}`))).toEqual([]);
  });
});
