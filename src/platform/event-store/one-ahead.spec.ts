import { describe, expect, it } from '@jest/globals';
import { oneAhead } from './one-ahead.js';

describe('reading one piece ahead', () => {
  it('gives every piece in order, and reads the next before the present one is done', async () => {
    const seen: string[] = [];
    async function* pieces() {
      for (const piece of [1, 2, 3]) {
        seen.push(`read ${String(piece)}`);
        yield await Promise.resolve(piece);
      }
    }
    for await (const piece of oneAhead(pieces())) {
      await new Promise((resolve) => setImmediate(resolve));
      seen.push(`done ${String(piece)}`);
    }
    expect(seen).toEqual(['read 1', 'read 2', 'done 1', 'read 3', 'done 2', 'done 3']);
  });

  it('fails where reading fails, after the pieces before', async () => {
    const seen: number[] = [];
    async function* pieces() {
      yield await Promise.resolve(1);
      throw new Error('gone');
    }
    const reading = async () => {
      for await (const piece of oneAhead(pieces())) {
        await new Promise((resolve) => setImmediate(resolve));
        seen.push(piece);
      }
    };
    await expect(reading()).rejects.toThrow('gone');
    expect(seen).toEqual([1]);
  });

  it('lets go of what it reads from when nobody wants more', async () => {
    let isLetGo = false;
    async function* pieces() {
      try {
        for (;;) yield await Promise.resolve(1);
      } finally {
        isLetGo = true;
      }
    }
    for await (const piece of oneAhead(pieces())) if (piece === 1) break;
    expect(isLetGo).toBe(true);
  });
});
