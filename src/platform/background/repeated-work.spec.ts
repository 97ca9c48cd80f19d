import { describe, expect, it } from '@jest/globals';
import type { Logger } from '@nestjs/common';
import { RepeatedWork } from './repeated-work.js';

const listening = () => {
  const errors: unknown[] = [];
  return { errors, logger: { error: (error: unknown) => errors.push(error) } as unknown as Logger };
};

describe('repeated work', () => {
  it('goes on after a round that failed, and reports it', async () => {
    const { errors, logger } = listening();
    const thirdRound = Promise.withResolvers<undefined>();
    let roundCount = 0;
    const work = () => {
      roundCount += 1;
      if (roundCount === 1) return Promise.reject(new Error('first'));
      if (roundCount === 3) thirdRound.resolve(undefined);
      return Promise.resolve();
    };
    const repeated = new RepeatedWork({ work, everyMs: 1, logger });
    repeated.start();
    await thirdRound.promise;
    await repeated.stop();
    expect(errors).toEqual([new Error('first')]);
  });

  it('stops after the round that is running, and begins no other', async () => {
    const round = Promise.withResolvers<undefined>();
    let roundCount = 0;
    const work = () => {
      roundCount += 1;
      return round.promise;
    };
    const repeated = new RepeatedWork({ work, everyMs: 1, logger: listening().logger });
    repeated.start();
    repeated.start();
    const stopped = repeated.stop();
    round.resolve(undefined);
    await stopped;
    expect(roundCount).toBe(1);
  });
});
