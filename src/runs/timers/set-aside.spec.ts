import { describe, expect, it } from '@jest/globals';
import { SetAside } from './set-aside.js';

const run = { runId: 'run-1', version: 7 };
const second = 1000;

describe('a run that waking did not help', () => {
  it('is left alone for a second, then for longer each time, up to a minute', () => {
    const aside = new SetAside();
    let now = 0;
    const pauses = [1, 2, 4, 8, 16, 32, 60, 60].map((pause) => {
      aside.add(run, now);
      const until = now + pause * second;
      const isAside = [now, until - 1, until].map((at) => aside.at(at).has('run-1'));
      now = until;
      return isAside;
    });
    expect(pauses).toEqual(Array(8).fill([true, true, false]));
  });

  it('names the version up to which its timers were seen, and begins anew with a later one', () => {
    const aside = new SetAside();
    aside.add(run, 0);
    aside.add(run, 0);
    expect([...aside.at(1500)]).toEqual([['run-1', 7]]);
    aside.add({ ...run, version: 8 }, 2000);
    expect([...aside.at(2999)]).toEqual([['run-1', 8]]);
    expect([...aside.at(3000)]).toEqual([]);
  });
});
