import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { DatabaseClock } from '../../src/platform/database/database-clock.js';
import { openStore } from '../support/store.js';

const DAY_MS = 86_400_000;

let opened: Awaited<ReturnType<typeof openStore>>;
beforeAll(async () => {
  opened = await openStore();
});
afterAll(() => opened.close());

describe('the clock of the database', () => {
  it('is asked once, and goes on whatever becomes of the clock of this process', async () => {
    const call = jest.spyOn(opened.database, 'call');
    const clock = new DatabaseClock(opened.database);
    const [first, second] = await Promise.all([clock.now(), clock.now()]);
    const jumped = jest.spyOn(Date, 'now').mockReturnValue(Date.now() + DAY_MS);
    const [third, owner] = [await clock.now(), await opened.superuser()];
    jumped.mockRestore();
    const { rows } = await owner.query<{ now: Date }>('select clock_timestamp() as now');
    const behindMs = Number(rows[0]?.now.getTime()) - Date.parse(third);
    expect([first, second, third].toSorted()).toEqual([first, second, third]);
    expect(Math.abs(behindMs)).toBeLessThan(5000);
    expect(call).toHaveBeenCalledTimes(1);
    call.mockRestore();
  });

  it('is asked again after a failure', async () => {
    const call = jest.spyOn(opened.database, 'call').mockRejectedValueOnce(new Error('Gone.'));
    const clock = new DatabaseClock(opened.database);
    await expect(clock.now()).rejects.toThrow('Gone.');
    expect(await clock.now()).toMatch(/^\d{4}-/);
    call.mockRestore();
  });
});
