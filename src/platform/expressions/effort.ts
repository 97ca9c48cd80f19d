/** What was evaluated takes more steps than there are for it. */
export class OutOfSteps extends Error {
  override readonly name = 'OutOfSteps';
}

/** Steps as they are taken, and how many there are. */
export type Effort = Readonly<{
  /** @throws OutOfSteps beyond the limit, now and ever after */
  take: (steps: number) => void;
  stepCount: () => number;
  /** Takes as many of these as are left, without a word. */
  spend: (steps: number) => void;
  /** Whether more was asked for than there is: what came of it does not count, even where an expression went on after the error. */
  isUsedUp: () => boolean;
}>;

/** As many steps as `limit`, which are steps of `whole` too. */
export function newEffort(limit: number, whole: Effort | null = null): Effort {
  const state = { taken: 0, isUsedUp: false };
  let thrown: OutOfSteps | null = null; // Made once: an expression may meet it again and again.
  return {
    take: (steps) => {
      const asked = Math.floor(steps);
      const left = limit - state.taken;
      if (asked > left) state.isUsedUp = true;
      state.taken += Math.min(asked, left); // What asks for too much gets nothing, and costs all that was left.
      whole?.take(Math.min(asked, left));
      if (state.isUsedUp) throw (thrown ??= new OutOfSteps());
    },
    stepCount: () => state.taken,
    spend: (steps) => {
      state.taken = Math.min(limit, state.taken + Math.floor(steps));
      whole?.spend(steps);
    },
    isUsedUp: () => state.isUsedUp || whole?.isUsedUp() === true,
  };
}
