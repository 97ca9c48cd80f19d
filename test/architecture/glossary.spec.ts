import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';

const page = readFileSync(new URL('../../docs/glossary.md', import.meta.url), 'utf8');
const words = [...page.matchAll(/^\| ([a-z ]+) \| \S.+ \|$/gm)]
  .map(([, word]) => word)
  .filter((word) => word !== 'word');

/** The words the whole code base keeps to. */
const HOUSE_WORDS = [
  ...[
    'stream',
    'stream version',
    'expected version',
    'position',
    'event',
    'recorded event',
    'command',
    'correlation id',
  ],
  ...[
    'causation id',
    'decider',
    'policy',
    'projection',
    'read model',
    'checkpoint',
    'subscription',
    'catch up',
    'live',
  ],
  ...['rebuild', 'upcaster', 'seal', 'proof', 'template', 'stage', 'milestone', 'exit criterion', 'readiness', 'run'],
  ...['gate', 'decision', 'vote', 'job', 'attempt', 'handler', 'lease', 'fence', 'backoff', 'node', 'edge', 'profile'],
  ...['attribute', 'evidence'],
];

describe('docs/glossary.md', () => {
  it('has every word of the house', () => {
    expect(HOUSE_WORDS.filter((word) => !words.includes(word))).toEqual([]);
  });

  it('says each word once, in order', () => {
    const sorted = [...new Set(words)].sort((one, other) => (one ?? '').localeCompare(other ?? '', 'en'));
    expect(words).toEqual(sorted);
  });
});
