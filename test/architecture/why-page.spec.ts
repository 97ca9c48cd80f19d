import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { waitKinds } from '../../src/runs/why/wait.policy.js';

const page = readFileSync(new URL('../../docs/why.md', import.meta.url), 'utf8');
const [, kinds = ''] = page.split('## What a run may wait for');

describe('docs/why.md', () => {
  it('has everything a run may wait for, and nothing else', () => {
    const documented = [...kinds.matchAll(/^\| `(\w+)` \| .{10,} \|/gm)].map(([, kind]) => kind);
    expect(documented.toSorted()).toEqual([...waitKinds].toSorted());
  });
});
