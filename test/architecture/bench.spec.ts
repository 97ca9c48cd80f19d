import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';

const ROOT = new URL('../../', import.meta.url);
const read = (file: string): string => readFileSync(new URL(file, ROOT), 'utf8');
const packageOf = (file: string) =>
  JSON.parse(read(file)) as { dependencies: Record<string, string>; devDependencies?: Record<string, string> };

describe('bench', () => {
  it('keeps its peers out of the product', () => {
    const { dependencies, devDependencies } = packageOf('package.json');
    const product = Object.keys({ ...dependencies, ...devDependencies });
    expect(Object.keys(packageOf('bench/package.json').dependencies).filter((peer) => product.includes(peer))).toEqual(
      [],
    );
  });

  it('installs its peers from whichever registry npm is told of', () => {
    expect(read('bench/package-lock.json')).not.toContain('"resolved"');
  });

  it('has the parts that docs/performance.md names', () => {
    const [, parts = ''] = /# some parts: (.*)/.exec(read('docs/performance.md')) ?? [];
    expect(parts).toContain('append');
    expect(parts.split(', ').filter((part) => !existsSync(new URL(`bench/parts/${part}.mjs`, ROOT)))).toEqual([]);
  });

  it('finds the place of its tables in docs/performance.md', () => {
    const [begin = '', end = ''] = [...read('bench/harness/report.mjs').matchAll(/'(<!-- .* -->)'/g)].map(([, mark]) =>
      String(mark),
    );
    const page = read('docs/performance.md');
    expect(page.split(begin)).toHaveLength(2);
    expect(page.split(end)).toHaveLength(2);
    expect(page.indexOf(begin)).toBeLessThan(page.indexOf(end));
  });
});
