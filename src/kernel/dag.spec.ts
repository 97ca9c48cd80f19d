import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { cyclesOf, precedence, reachableFrom, topologicalOrder } from './dag.js';

const LONG = 50_000;
const chain = Array.from({ length: LONG }, (_, place) => (place + 1 < LONG ? [place + 1] : []));
const loop = Array.from({ length: LONG }, (_, place) => [(place + 1) % LONG]);

/** Graphs without cycles: every edge leads from an earlier place of a shuffled order to a later one. */
const dags = fc.integer({ min: 1, max: 30 }).chain((size) =>
  fc
    .tuple(
      fc.shuffledSubarray([...Array(size).keys()], { minLength: size }),
      fc.array(fc.tuple(fc.nat(size - 1), fc.nat(size - 1)), { maxLength: 80 }),
    )
    .map(([order, pairs]) => {
      const following: number[][] = order.map(() => []);
      for (const [one, other] of pairs) {
        if (one !== other)
          following[order[Math.min(one, other)] as number]?.push(order[Math.max(one, other)] as number);
      }
      return following;
    }),
);

describe('the order of a graph', () => {
  it('puts each node after all that lead to it, and all of them in', () => {
    fc.assert(
      fc.property(dags, (following) => {
        const order = topologicalOrder(following);
        const turn = new Map(order.map((place, index) => [place, index]));
        expect(turn.size).toBe(following.length);
        for (const [from, places] of following.entries()) {
          for (const to of places) expect(turn.get(from)).toBeLessThan(turn.get(to) as number);
        }
      }),
    );
  });

  it('keeps to the places where nothing says otherwise', () => {
    expect(topologicalOrder([[3], [3], [], []])).toEqual([0, 1, 2, 3]);
    expect(topologicalOrder([[], [0], []])).toEqual([1, 2, 0]);
  });

  it('leaves out cycles and what comes after them', () => {
    expect(topologicalOrder([[1], [2], [1, 3], []])).toEqual([0]);
  });

  it('is found for a chain that is very long', () => {
    expect(topologicalOrder(chain)).toHaveLength(LONG);
  });
});

describe('the cycles of a graph', () => {
  it('are none where there is an order', () => {
    fc.assert(fc.property(dags, (following) => expect(cyclesOf(following)).toEqual([])));
  });

  it('are shown one for each knot, as short as can be, from its first node on', () => {
    expect(cyclesOf([[1], [2], [0, 1]])).toEqual([[0, 1, 2]]);
    expect(cyclesOf([[1], [2, 0], [3], [4], [2]])).toEqual([
      [0, 1],
      [2, 3, 4],
    ]);
    expect(cyclesOf([[0], []])).toEqual([[0]]);
  });

  it('are walks along edges, back to where they began', () => {
    const anyGraph = fc.array(fc.array(fc.nat(9), { maxLength: 3 }), { minLength: 10, maxLength: 10 });
    fc.assert(
      fc.property(anyGraph, (following) => {
        const cycles = cyclesOf(following);
        expect(cycles.length === 0).toBe(topologicalOrder(following).length === following.length);
        for (const cycle of cycles) {
          for (const [index, place] of cycle.entries()) {
            expect(following[place]).toContain(cycle[(index + 1) % cycle.length]);
          }
          expect(new Set(cycle).size).toBe(cycle.length);
        }
      }),
    );
  });

  it('are found where one is very long', () => {
    expect(cyclesOf(loop)[0]).toHaveLength(LONG);
    expect(cyclesOf(chain)).toEqual([]);
  });
});

describe('what can be reached', () => {
  it('is what there is a path to, the starts included', () => {
    expect(reachableFrom([[1], [], [1], [3]], [0])).toEqual([true, true, false, false]);
    expect(reachableFrom(loop, [7]).every(Boolean)).toBe(true);
  });
});

describe('what comes before', () => {
  it('is what the node can be reached from, but for the node itself', () => {
    fc.assert(
      fc.property(dags, (following) => {
        const all = [...following.keys()];
        const precedes = precedence(following, all);
        for (const before of all) {
          const reached = reachableFrom(following, [before]);
          expect(all.map((place) => precedes(before, place))).toEqual(
            all.map((place) => place !== before && reached[place]),
          );
        }
      }),
    );
  });

  it('is known of those that were named only', () => {
    const precedes = precedence([[1], []], [0]);
    expect([precedes(0, 1), precedes(1, 0), precedes(5, 1)]).toEqual([true, false, false]);
  });
});
