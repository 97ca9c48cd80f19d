import { EVENTS_PER_STREAM } from './own-streams.mjs';

/** More at once would only wait. */
const MAKERS = 16;

/** More than the last round needed, should the next be faster. */
const RESERVE = 1.5;

/** Things to work on, made ahead of each round for the fastest so far; should they run out, the round makes its own. */
export function stockOf(make) {
  const stock = [];
  let wanted = 50;
  const fill = async ({ callers }) => {
    let missing = wanted + callers - stock.length;
    const maker = async () => {
      while (missing-- > 0) stock.push(await make());
    };
    await Promise.all(Array.from({ length: MAKERS }, maker));
  };
  const note = (round) => {
    wanted = Math.max(wanted, Math.ceil((round.count / EVENTS_PER_STREAM) * RESERVE));
    return round;
  };
  return { fill, note, take: () => stock.pop() ?? make() };
}
