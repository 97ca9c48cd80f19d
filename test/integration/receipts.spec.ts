import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { v7 as newId } from 'uuid';
import { DEFAULT_TENANT_ID } from '../../src/kernel/command-context.js';
import { note, openStore } from '../support/store.js';

let opened: Awaited<ReturnType<typeof openStore>>;
beforeAll(async () => {
  opened = await openStore();
});
afterAll(() => opened.close());

const answer = { status: 200, body: { ok: true }, headers: {} };
const receiptOf = (key: string) => ({ key, requestHash: 'ab'.repeat(32) });

describe('stored answers', () => {
  it('are forgotten after thirty days, and no sooner', async () => {
    const [old, recent] = [newId(), newId()];
    for (const key of [old, recent]) await opened.receipts.store(DEFAULT_TENANT_ID, receiptOf(key), answer);
    const owner = await opened.superuser();
    const age = (key: string, days: number) =>
      owner.query('update command_receipts set created_at = now() - make_interval(days => $2) where key = $1', [
        key,
        days,
      ]);
    await age(old, 31);
    await age(recent, 29);

    expect(await opened.receipts.prune()).toBe(1);
    expect(await opened.receipts.prune()).toBe(0);
    expect(await opened.receipts.find(DEFAULT_TENANT_ID, old)).toBeNull();
    expect(await opened.receipts.find(DEFAULT_TENANT_ID, recent)).toEqual({ requestHash: 'ab'.repeat(32), answer });
  });

  it('that a twin commits while an append waits are its answer, and it writes nothing', async () => {
    const [streamId, key] = [newId(), newId()];
    const slow = await opened.superuser();
    await slow.query('begin');
    await slow.query(
      `insert into command_receipts (tenant_id, key, request_hash, answer) values ($1, $2, $3, '{"status":200}')`,
      [DEFAULT_TENANT_ID, key, Buffer.from('ab'.repeat(32), 'hex')],
    );
    const receipt = { ...receiptOf(key), answer };
    const appending = opened.store.append([
      { streamId, expectedVersion: 0, events: [note(streamId, 1)], rows: {}, receipt },
    ]);
    await waiting(slow);
    await slow.query('commit');
    expect(await appending).toEqual([{ replayed: { status: 200 } }]);
    expect(await opened.store.version(DEFAULT_TENANT_ID, streamId)).toBe(0);
  });
});

/** Waits until somebody waits for a transaction of this database to end. */
async function waiting(client: Awaited<ReturnType<typeof opened.superuser>>): Promise<void> {
  for (let look = 0; look < 500; look += 1) {
    const { rows } = await client.query("select from pg_locks where locktype = 'transactionid' and not granted");
    if (rows.length > 0) return;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  throw new Error('The append does not wait.');
}
