import { describe, expect, it } from '@jest/globals';
import { type Projected, type Projection, type Row, isOf, project, projectInto } from './projection.js';
import type { DomainEvent, Recorded } from './recorded-event.js';

type Shelf = Row & Readonly<{ names: string; price: number; streamVersion: number }>;
type Priced = DomainEvent<'item.priced', Readonly<{ name: string; price: number }>>;
type AllPriced = DomainEvent<'items.priced', Readonly<{ names: string; price: number }>>;

/** A row stands for the items whose letters are its names; a price is set for some of them, and must not be below nothing. */
const shelves: Projection<Shelf, Priced> = {
  name: 'shelves',
  version: 1,
  keysOf: ({ detail }) => [detail.name],
  on: {
    'item.priced': (row, { detail, streamVersion }) => {
      if (detail.price < 0) throw new Error(`${detail.name} would cost less than nothing.`);
      return { names: row?.names ?? detail.name, price: detail.price, streamVersion };
    },
  },
  apart: {
    'items.priced': ({ detail, streamVersion }: Projected<AllPriced>, rows) => {
      const { names, price } = detail;
      const [first = '', ...rest] = names;
      if (rows.get(first)?.names === names) return { rows: [], said: [priced(first, price)] };
      const parted = [first, ...rest].map((name) => [name, { names: name, price: 0, streamVersion }] as const);
      return { rows: parted, said: parted.map(([name], index) => priced(name, price - index)) };
    },
    'item.priced': ({ detail }: Projected<Priced>, rows) =>
      detail.name === 'a' && rows.get('a')?.names === 'ab'
        ? { rows: [['b', { names: 'b', price: 5, streamVersion: 1 }]], said: [priced('a', detail.price)] }
        : null,
  },
};

const priced = (name: string, price: number): Priced => ({ type: 'item.priced', detail: { name, price } });
const allPriced = (names: string, price: number): AllPriced => ({ type: 'items.priced', detail: { names, price } });
const recorded = (event: Priced | AllPriced, streamVersion = 2) =>
  ({ ...event, streamVersion }) as unknown as Recorded<Priced>;

const shared = new Map<string, Shelf>([['a', { names: 'ab', price: 5, streamVersion: 1 }]]);

describe('an event that sets rows apart', () => {
  it('is projected as what it says of each', () => {
    const rows = project(shelves, new Map(), [recorded(allPriced('xy', 3))]);
    expect([...rows]).toEqual([
      ['x', { names: 'x', price: 3, streamVersion: 2 }],
      ['y', { names: 'y', price: 2, streamVersion: 2 }],
    ]);
  });

  it('leaves the rows that it was given as they were', () => {
    const rows = project(shelves, shared, [recorded(priced('a', 7))]);
    expect([...rows.keys()]).toEqual(['a', 'b']);
    expect([...shared]).toEqual([['a', { names: 'ab', price: 5, streamVersion: 1 }]]);
  });

  it('is projected as it is where there is nothing to set apart', () => {
    const rows = project(shelves, shared, [recorded(priced('c', 7)), recorded(allPriced('ab', 8), 3)]);
    expect([...rows.values()]).toEqual([
      { names: 'ab', price: 8, streamVersion: 3 },
      { names: 'c', price: 7, streamVersion: 2 },
    ]);
  });

  it('changes all of the rows or, where a handler throws, none', () => {
    const moving = new Map(shared);
    for (const event of [allPriced('pqrst', 3), priced('a', -1)]) {
      expect(() => {
        projectInto(shelves, moving, recorded(event, 3));
      }).toThrow('less than nothing');
      expect(moving).toEqual(shared);
    }
  });

  it('is one that the read model depends on', () => {
    expect(['item.priced', 'items.priced', 'item.sold'].map((type) => isOf(shelves, type))).toEqual([
      true,
      true,
      false,
    ]);
    expect(project(shelves, shared, [recorded({ ...priced('a', 1), type: 'item.sold' as never })])).toBe(shared);
  });
});
