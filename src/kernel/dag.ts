/**
 * Directed graphs by places: node `n` leads to the nodes `following[n]`, each as often as there are edges. All functions are linear in nodes and
 * edges unless they say otherwise, and none recurses: a chain may be as long as memory allows.
 */
export type Links = readonly (readonly number[])[];

/**
 * The nodes in an order in which each comes after all that lead to it: first those that nothing leads to, by place; then each as soon as its last
 * edge is there. Nodes of a cycle, and those after one, are left out.
 */
export function topologicalOrder(following: Links): readonly number[] {
  const missing = incomingCounts(following);
  const order = [...missing.keys()].filter((place) => missing[place] === 0);
  for (let next = 0; next < order.length; next += 1) {
    for (const to of following[order[next] as number] ?? []) {
      missing[to] = (missing[to] ?? 0) - 1;
      if (missing[to] === 0) order.push(to);
    }
  }
  return order;
}

function incomingCounts(following: Links): number[] {
  const counts = following.map(() => 0);
  for (const places of following) for (const to of places) counts[to] = (counts[to] ?? 0) + 1;
  return counts;
}

/** Which nodes can be reached from the starts, the starts included; by place. */
export function reachableFrom(following: Links, starts: readonly number[]): readonly boolean[] {
  const isReached = following.map(() => false);
  const waiting = [...starts];
  for (const start of starts) isReached[start] = true;
  for (let place = waiting.pop(); place !== undefined; place = waiting.pop()) {
    for (const to of following[place] ?? []) {
      if (isReached[to] === true) continue;
      isReached[to] = true;
      waiting.push(to);
    }
  }
  return isReached;
}

/**
 * One cycle out of each knot (strongly connected part), as the places along it: `[0, 2]` is 0 -> 2 -> 0. It begins at the first node of its knot
 * and is the shortest one there. Empty where the graph has no cycle.
 */
export function cyclesOf(following: Links): readonly (readonly number[])[] {
  const knots = knotsOf(following);
  const members = new Map<number, number>();
  for (const [place, knot] of knots.entries()) if (!members.has(knot)) members.set(knot, place);
  const firsts = [...members.values()].filter((place) => following[place]?.some((to) => knots[to] === knots[place]));
  return firsts.map((first) => shortestCycle(following, knots, first));
}

function shortestCycle(following: Links, knots: readonly number[], first: number): readonly number[] {
  const cameFrom = new Map<number, number>();
  const queue = [first];
  for (let next = 0; next < queue.length && !cameFrom.has(first); next += 1) {
    const place = queue[next] as number;
    for (const to of following[place] ?? []) {
      if (knots[to] !== knots[first] || cameFrom.has(to)) continue;
      cameFrom.set(to, place);
      queue.push(to);
    }
  }
  const path: number[] = [];
  let place = cameFrom.get(first);
  for (; place !== undefined && place !== first; place = cameFrom.get(place)) path.push(place);
  return [first, ...path.reverse()];
}

/** For each node the first node, in a depth-first order, of its knot. Source: M. Sharir, "A strong-connectivity algorithm" (1981). */
function knotsOf(following: Links): readonly number[] {
  const knots = following.map(() => -1);
  const preceding = reversed(following);
  for (const root of finishingOrder(following).toReversed()) {
    const waiting = knots[root] === -1 ? [root] : [];
    for (let place = waiting.pop(); place !== undefined; place = waiting.pop()) {
      knots[place] = root;
      for (const from of preceding[place] ?? []) if (knots[from] === -1) waiting.push(from);
    }
  }
  return knots;
}

function reversed(following: Links): Links {
  const preceding: number[][] = following.map(() => []);
  for (const [from, places] of following.entries()) for (const to of places) preceding[to]?.push(from);
  return preceding;
}

/** The nodes as a depth-first walk is done with them. */
function finishingOrder(following: Links): readonly number[] {
  const isSeen = following.map(() => false);
  const done: number[] = [];
  for (const start of following.keys()) {
    const path = isSeen[start] === true ? [] : [{ place: start, next: 0 }];
    isSeen[start] = true;
    for (let step = path.at(-1); step !== undefined; step = path.at(-1)) {
      const to = following[step.place]?.[step.next];
      step.next += 1;
      if (to === undefined) done.push((path.pop() as { place: number }).place);
      else if (isSeen[to] !== true) path.push({ place: to, next: 0 });
      if (to !== undefined) isSeen[to] = true;
    }
  }
  return done;
}

/** Says whether one node comes before another, by place. */
export type Precedes = (before: number, place: number) => boolean;

/**
 * Asks, of some nodes of a graph without cycles, which others come after them by any path; a node does not precede itself. Takes a bit for each
 * of them at every node, so name only those that will be asked for.
 */
export function precedence(following: Links, befores: readonly number[]): Precedes {
  const bitOf = new Map([...new Set(befores)].map((place, bit) => [place, bit]));
  const width = Math.ceil(bitOf.size / 32);
  const bits = new Uint32Array(following.length * width);
  for (const place of width === 0 ? [] : topologicalOrder(following)) {
    for (const to of following[place] ?? []) passOn(bits, width, place, to, bitOf.get(place));
  }
  return (before, place) => {
    const bit = bitOf.get(before);
    return bit !== undefined && ((bits[place * width + (bit >>> 5)] ?? 0) & (1 << (bit & 31))) !== 0;
  };
}

function passOn(bits: Uint32Array, width: number, from: number, to: number, own: number | undefined): void {
  for (let word = 0; word < width; word += 1) {
    bits[to * width + word] = (bits[to * width + word] ?? 0) | (bits[from * width + word] ?? 0);
  }
  if (own === undefined) return;
  const word = to * width + (own >>> 5);
  bits[word] = (bits[word] ?? 0) | (1 << (own & 31));
}
