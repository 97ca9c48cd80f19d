import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Row } from '../../kernel/projection.js';
import { type LaidRows, entriesOf, laidRows, withRows, withoutFinal } from './laid-rows.js';

const row = (number: number): Row => ({ number });
const isFinal = ({ number }: Row): boolean => Number(number) % 5 === 0;

describe('rows laid over others', () => {
  it('are what a plain map would hold, whatever is put and becomes final', () => {
    const changes = fc.array(fc.tuple(fc.integer({ min: 0, max: 30 }), fc.nat(99)), { maxLength: 4 });
    fc.assert(
      fc.property(fc.array(changes, { maxLength: 40 }), (commands) => {
        let rows: LaidRows = laidRows(new Map());
        const plain = new Map<string, Row>();
        for (const command of commands) {
          const puts = new Map(command.map(([key, number]) => [String(key), row(number)]));
          rows = withoutFinal(withRows(rows, puts), isFinal);
          for (const [key, each] of puts) {
            if (isFinal(each)) plain.delete(key);
            else plain.set(key, each);
          }
          expect(new Map(entriesOf(rows))).toEqual(plain);
          for (let key = 0; key <= 30; key += 1) expect(rows.get(String(key))).toEqual(plain.get(String(key)));
        }
      }),
    );
  });

  it('leave what they were laid over as it was', () => {
    const before = laidRows(new Map([['a', row(1)]]));
    const after = withRows(before, new Map([['a', row(2)]]));
    expect([before.get('a'), after.get('a')]).toEqual([row(1), row(2)]);
    expect(withRows(before, new Map())).toBe(before);
  });

  it('keep a thin upper layer over a thick lower one', () => {
    const many = new Map(Array.from({ length: 10_000 }, (_, index) => [String(index), row(1)]));
    let rows = laidRows(many);
    for (let index = 0; index < 1000; index += 1) {
      rows = withoutFinal(withRows(rows, new Map([[String(index), row(2)]])), isFinal);
      expect(rows.over.size).toBeLessThanOrEqual(100);
    }
  });
});
