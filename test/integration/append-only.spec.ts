import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { v7 as newId } from 'uuid';
import { sessionOptions } from '../../src/platform/database/data-source.js';
import { note, openStore, sealAll } from '../support/store.js';

let opened: Awaited<ReturnType<typeof openStore>>;
const streamId = newId();
beforeAll(async () => {
  opened = await openStore();
  await opened.store.append([{ streamId, expectedVersion: 0, events: [note(streamId, 1)], rows: {} }]);
  await sealAll(opened);
});
afterAll(() => opened.close());

const asRole = async (role: 'stageline_app' | 'stageline_owner') => {
  const client = new pg.Client({ ...opened.connection, options: sessionOptions(role) });
  await client.connect();
  return client;
};

const attacks = [
  "update stage_events set reason = 'other'",
  'update stage_events set stream_id = gen_random_uuid()',
  'delete from stage_events',
  'truncate stage_events',
  'truncate stage_events cascade',
  ...[0, 1, 2, 3].flatMap((part) => [
    `update stage_events_p${String(part)} set reason = 'other' where stream_id = '${streamId}' or true`,
    `truncate stage_events_p${String(part)}`,
  ]),
  'update sealed_events set position = position + 1',
  'delete from sealed_events',
  'truncate sealed_events',
  'update seals set sealed_at = now()',
  'delete from seals',
  'truncate seals',
  'delete from sealing_keys',
];

/** A partition without rows has none to protect from an update. */
const holdsRows = async (client: pg.Client, attack: string) => {
  const partition = /update (stage_events_p\d)/.exec(attack)?.[1];
  if (partition === undefined) return true;
  const { rows } = await client.query(`select from ${partition} limit 1`);
  return rows.length > 0;
};

describe('changing the timeline', () => {
  it.each([...attacks, 'insert into stage_events select * from stage_events', 'drop table stage_events'])(
    'is not the application’s right: %s',
    async (attack) => {
      const client = await asRole('stageline_app');
      await expect(client.query(attack)).rejects.toMatchObject({ code: '42501' });
      await client.end();
    },
  );

  it.each(attacks)('is refused to the owner of the tables: %s', async (attack) => {
    const client = await asRole('stageline_owner');
    if (await holdsRows(client, attack)) await expect(client.query(attack)).rejects.toMatchObject({ code: 'SL010' });
    else await expect(client.query(attack)).resolves.toMatchObject({ rowCount: 0 });
    await client.end();
  });

  it.each(attacks)('is refused to a superuser who switches ordinary triggers off: %s', async (attack) => {
    const client = await opened.superuser();
    await client.query('set session_replication_role = replica');
    if (await holdsRows(client, attack)) await expect(client.query(attack)).rejects.toMatchObject({ code: 'SL010' });
    else await expect(client.query(attack)).resolves.toMatchObject({ rowCount: 0 });
    await client.query('reset session_replication_role');
  });

  it('is refused on a partition that was taken out of the table', async () => {
    const client = await opened.superuser();
    const { rows } = await client.query<{ part: string }>(
      'select tableoid::regclass::text as part from stage_events limit 1',
    );
    const part = String(rows[0]?.part);
    await client.query('begin');
    await client.query(`alter table stage_events detach partition ${part}`);
    await client.query('savepoint detached');
    for (const attack of [`update ${part} set reason = 'other'`, `delete from ${part}`, `truncate ${part}`]) {
      await expect(client.query(attack)).rejects.toMatchObject({ code: 'SL010' });
      await client.query('rollback to detached');
    }
    await client.query('rollback');
  });

  it('cannot be done through an upsert', async () => {
    const client = await asRole('stageline_owner');
    const upsert = `insert into stage_events select * from stage_events
      on conflict (stream_id, stream_version) do update set reason = 'other'`;
    await expect(client.query(upsert)).rejects.toMatchObject({ code: 'SL010' });
    await client.end();
  });
});

describe('reading the timeline as the application', () => {
  it('shows nothing to a connection that did not say for whom it reads, and one tenant’s rows to one that did', async () => {
    const client = await asRole('stageline_app');
    expect((await client.query('select from stage_events')).rowCount).toBe(0);
    await client.query("set stageline.tenant = '00000000-0000-7000-8000-0000000000ff'");
    expect((await client.query('select from stage_events')).rowCount).toBe(0);
    await client.query("set stageline.tenant = '00000000-0000-7000-8000-000000000001'");
    expect((await client.query('select from stage_events')).rowCount).toBe(1);
    await expect(client.query('select from stage_events_p0')).rejects.toMatchObject({ code: '42501' });
    await client.end();
  });
});
