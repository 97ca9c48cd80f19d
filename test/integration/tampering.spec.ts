import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type pg from 'pg';
import { v7 as newId } from 'uuid';
import { DEFAULT_TENANT_ID } from '../../src/kernel/command-context.js';
import { generateKeyPairSync } from 'node:crypto';
import { seal } from '../../src/platform/event-store/seal.js';
import { sealingKeyFrom } from '../../src/platform/event-store/sealing-key.js';
import { Verification } from '../../src/platform/event-store/verification.js';
import { leafHash } from '../../src/platform/event-store/content-hash.js';
import { note, openStore, sealAll } from '../support/store.js';

let opened: Awaited<ReturnType<typeof openStore>>;
let owner: pg.Client;
const streamId = newId();

beforeEach(async () => {
  opened = await openStore();
  owner = await opened.superuser();
  for (let version = 0; version < 6; version += 1) {
    await opened.store.append([
      { streamId, expectedVersion: version, events: [note(streamId, version + 1)], rows: {} },
    ]);
    if (version % 2 === 1) await sealAll(opened);
  }
  for (const table of [
    'stage_events',
    'stage_events_p0',
    'stage_events_p1',
    'stage_events_p2',
    'stage_events_p3',
    'sealed_events',
    'seals',
  ]) {
    await owner.query(`alter table ${table} disable trigger all`);
  }
});
afterEach(() => opened.close());

const findingAfter = async (change: string) => {
  expect(await opened.verification.verify()).toMatchObject({ valid: true, checkedEvents: 6, finding: null });
  const { rowCount } = await owner.query(change);
  expect(rowCount).toBeGreaterThan(0);
  const { valid, finding } = await opened.verification.verify();
  expect(valid).toBe(false);
  return finding;
};

describe('verifying a timeline that its superuser changed', () => {
  it.each([
    ['one letter of a detail', `detail = jsonb_set(detail, '{text}', '"mote 4"')`],
    ['the actor', "actor_id = 'olgb'"],
    ['the reason', "reason = ''"],
    ['the time it happened', "occurred_at = occurred_at - interval '1 millisecond'"],
    ['the time it was recorded', "recorded_at = recorded_at + interval '1 millisecond'"],
    ['the correlation', 'correlation_id = gen_random_uuid()'],
    ['the category', "category = 'gate_decision'"],
    ['one bit of the leaf hash', 'leaf_hash = set_byte(leaf_hash, 0, get_byte(leaf_hash, 0) # 1)'],
  ])('names the event when %s was changed', async (_what, change) => {
    const finding = await findingAfter(`update stage_events set ${change} where stream_version = 4`);
    expect(finding).toMatchObject({ kind: 'event-changed', position: 4, event: { streamId, streamVersion: 4 } });
    expect(finding?.message).toContain(finding?.event?.id);
  });

  it('finds a change whose leaf hashes were made to match again, by the seal', async () => {
    const finding = await findingAfter("update stage_events set reason = 'forged' where stream_version = 4");
    expect(finding).toMatchObject({ kind: 'event-changed' });
    const [, , , forged] = await opened.store.read(DEFAULT_TENANT_ID, streamId);
    const leaf = forged && leafHash(forged);
    await owner.query('update stage_events set leaf_hash = $1 where stream_version = 4', [leaf]);
    await owner.query('update sealed_events set leaf_hash = $1 where position = 4', [leaf]);
    const { finding: bySeal } = await opened.verification.verify();
    expect(bySeal).toMatchObject({ kind: 'event-misplaced', position: 3 });
  });

  it.each(['category', 'event_type', 'actor_id'])(
    'names the event when the %s it is filtered by was changed',
    async (column) => {
      const finding = await findingAfter(`update sealed_events set ${column} = 'x' where position = 4`);
      expect(finding).toMatchObject({ kind: 'event-misfiled', position: 4, event: { streamId, streamVersion: 4 } });
    },
  );

  it('names an event that was deleted', async () => {
    expect(await findingAfter('delete from stage_events where stream_version = 3')).toMatchObject({
      kind: 'event-missing',
      position: 3,
      event: { streamId, streamVersion: 3 },
    });
  });

  it('finds a position that was deleted', async () => {
    expect(await findingAfter('delete from sealed_events where position = 5')).toMatchObject({
      kind: 'event-missing',
      position: 5,
    });
  });

  it('finds two events whose positions were swapped', async () => {
    await owner.query('alter table sealed_events drop constraint uq_sealed_events_stream');
    expect(
      await findingAfter(`
        update sealed_events s set stream_version = o.stream_version, event_id = o.event_id, leaf_hash = o.leaf_hash,
          correlation_id = o.correlation_id, recorded_at = o.recorded_at
        from sealed_events o where (s.position, o.position) in ((1, 2), (2, 1))`),
    ).toMatchObject({ kind: 'event-misplaced', position: 1 });
  });

  it.each([
    ['was changed', "update seals set sealed_at = sealed_at + interval '1 second' where number = 2", 'seal-broken'],
    ['was taken out', 'delete from seals where number = 2', 'seal-missing'],
    ['was the last and is cut off', 'delete from seals where number = 3', 'seal-missing'],
  ])('finds a seal that %s', async (_what, change, kind) => {
    expect(await findingAfter(change)).toMatchObject({ kind });
  });

  it('finds a seal signed by another key', async () => {
    expect(
      await findingAfter(
        'update seals set signature = set_byte(signature, 5, get_byte(signature, 5) # 1) where number = 1',
      ),
    ).toMatchObject({
      kind: 'seal-broken',
      position: 1,
    });
  });

  it('names an event that was put in behind the sealer’s back', async () => {
    const finding = await findingAfter(`
      insert into stage_events
      select tenant_id, stream_id, 7, gen_random_uuid(), stream_type, 'note.forged', category, schema_version, correlation_id, causation_id,
        actor_type, 'mallory', from_stage, to_stage, reason, detail, context, occurred_at, recorded_at, leaf_hash, epoch, '3'::xid8, 1
      from stage_events where stream_version = 6`);
    expect(finding).toMatchObject({ kind: 'event-unsealed', event: { streamId, streamVersion: 7 } });
  });

  it('names an event that was changed before it was sealed', async () => {
    await opened.store.append([{ streamId, expectedVersion: 6, events: [note(streamId, 7)], rows: {} }]);
    const finding = await findingAfter("update stage_events set actor_id = 'mallory' where stream_version = 7");
    expect(finding).toMatchObject({ kind: 'event-changed', event: { streamId, streamVersion: 7 } });
  });

  it('does not take the word of a key that was put into the database', async () => {
    const forger = generateKeyPairSync('ed25519');
    const key = sealingKeyFrom(forger.privateKey.export({ type: 'pkcs8', format: 'pem' }) as string);
    const { rows } = await owner.query<
      Record<string, string> & { merkle_root: Buffer; previous_hash: Buffer; sealed_at: Date }
    >('select * from seals where number = 3');
    const [last] = rows;
    if (last === undefined) throw new Error('There is no third seal.');
    const forged = seal(
      {
        number: 3,
        fromPosition: Number(last['from_position']),
        toPosition: Number(last['to_position']),
        merkleRoot: last.merkle_root,
        previousHash: last.previous_hash,
        sealedAt: last.sealed_at.toISOString(),
      },
      key,
    );
    await owner.query('insert into sealing_keys (key_id, public_key) values ($1, $2)', [key.id, key.publicKeyPem]);
    await owner.query('update seals set signature = $1, key_id = $2 where number = 3', [
      forged.signature,
      forged.keyId,
    ]);
    expect((await opened.verification.verify()).finding).toMatchObject({ kind: 'unknown-key', position: 5 });

    const trusting = new Verification(opened.database, key, new Set());
    expect((await trusting.verify()).finding).toMatchObject({ kind: 'unknown-key', position: 1 });

    await owner.query('alter table sealing_keys disable trigger all');
    await owner.query("update sealing_keys set public_key = 'damaged'");
    const [sealer] = (await owner.query<{ key_id: string }>('select key_id from seals where number = 1')).rows;
    const trustingBoth = new Verification(opened.database, key, new Set([String(sealer?.key_id)]));
    expect((await trustingBoth.verify()).finding).toMatchObject({ kind: 'unknown-key', position: 1 });
  });
});
