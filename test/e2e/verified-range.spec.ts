import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { type ProofBody, sealHashOf } from '../support/documented-proof.js';
import { accepted } from '../support/founder-walk.js';
import { everythingSealed } from '../support/sealing.js';
import { startDocumentedService, startFounderRun } from '../support/service.js';

type Seal = ProofBody['seal'];

let service: Awaited<ReturnType<typeof startDocumentedService>>;
let superuser: pg.Client;
let seals: readonly Seal[] = [];
beforeAll(async () => {
  service = await startDocumentedService();
  superuser = new pg.Client(service.connection);
  await superuser.connect();
  for (let count = 0; count < 3; count += 1) {
    await startFounderRun(service.api);
    await everythingSealed(superuser);
  }
  await superuser.query('alter table stageline.seals disable trigger all');
  seals = accepted(await service.api.get<{ items: readonly Seal[] }>('/audit/seals?limit=200')).items;
});
afterAll(async () => {
  await superuser.end();
  await service.close();
});

const verify = (range: object) => service.api.post('/audit/verify', range);

/** The first two seals, of which the second is chained to the first, and the last. */
function someSeals(): readonly [Seal, Seal, Seal] {
  const [first, second] = seals;
  const last = seals.at(-1);
  if (first === undefined || second === undefined || last === undefined) throw new Error('There are no three seals.');
  return [first, second, last];
}

describe('verifying a range of positions', () => {
  it('verifies the seals that cover it, and says which positions they span', async () => {
    const [first, second, last] = someSeals();
    const ranges: readonly (readonly [object, Seal, Seal])[] = [
      [{}, first, last],
      [{ to: first.to_position }, first, first],
      [{ from: second.to_position, to: second.to_position }, second, second],
      [{ from: first.to_position, to: second.from_position }, first, second],
      [{ from: second.from_position }, second, last],
    ];
    for (const [range, from, to] of ranges) {
      expect({ range, ...accepted(await verify(range)) }).toEqual({
        range,
        valid: true,
        from: from.from_position,
        to: to.to_position,
        checked_events: to.to_position - from.from_position + 1,
        checked_seals: to.number - from.number + 1,
        finding: null,
      });
    }
  });

  it.each([
    ['begins before the first position', { from: 0 }, ['/from']],
    ['ends before the first position', { to: 0 }, ['/to']],
    ['begins with half a position', { from: 1.5 }, ['/from']],
    ['begins with a text', { from: '1' }, ['/from']],
    ['ends nowhere', { to: null }, ['/to']],
    ['ends before it begins', { from: 2, to: 1 }, ['/to']],
    ['lies beyond the last position', { from: 900_000, to: 900_000 }, ['/from', '/to']],
    ['ends beyond the last position', { to: 900_000 }, ['/to']],
  ])('refuses one that %s', async (_what, range, pointers) => {
    const { body } = await verify(range);
    expect(body).toMatchObject({
      status: 400,
      code: 'invalid-input',
      errors: pointers.map((pointer) => ({ pointer })),
    });
  });

  it('finds a seal that was changed, and the next that is chained to what it was', async () => {
    const [first, second] = someSeals();
    const setTime = 'update stageline.seals set sealed_at = $1, seal_hash = decode($2, $$hex$$) where number = 1';
    const forged = { ...first, sealed_at: '2020-01-01T00:00:00.000Z' };
    await superuser.query(setTime, [forged.sealed_at, sealHashOf(forged).toString('hex')]);
    expect((await verify({ to: 1 })).body).toMatchObject({
      valid: false,
      finding: { kind: 'seal-broken', position: 1 },
    });
    const next = { valid: false, from: null, to: null, checked_events: 0, checked_seals: 0 };
    const finding = { kind: 'seal-broken', position: second.from_position };
    expect((await verify({ from: second.from_position })).body).toMatchObject({ ...next, finding });
    await superuser.query(setTime, [first.sealed_at, first.seal_hash]);
    expect((await verify({})).body).toMatchObject({ valid: true });
  });

  it('finds that a seal over it was taken out', async () => {
    const [, second] = someSeals();
    await superuser.query('delete from stageline.seals where number = 2');
    const { body } = await verify({ from: second.from_position, to: second.to_position });
    expect(body).toMatchObject({ valid: false, finding: { kind: 'seal-missing', position: second.to_position + 1 } });
  });
});
