import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';

type Manifest = Readonly<{ dependencies: Record<string, string>; devDependencies: Record<string, string> }>;

const read = (path: string): string => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');
const manifest = JSON.parse(read('package.json')) as Manifest;
const [, shipped = '', development = ''] = read('docs/dependencies.md').split(/^## .*$/m);

describe('docs/dependencies.md', () => {
  it('defends each dependency that ships, and no other', () => {
    expect(packagesIn(shipped)).toEqual(Object.keys(manifest.dependencies).sort());
  });

  it('defends each dependency of development, and no other', () => {
    expect(packagesIn(development)).toEqual(Object.keys(manifest.devDependencies).sort());
  });
});

describe('package.json', () => {
  it('pins every version exactly', () => {
    const versions = Object.values({ ...manifest.dependencies, ...manifest.devDependencies });
    expect(versions.filter((version) => !/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(version))).toEqual([]);
  });
});

function packagesIn(section: string): readonly (string | undefined)[] {
  return [...section.matchAll(/^\| `([^`]+)` \| .{10,} \|$/gm)].map(([, name]) => name);
}
