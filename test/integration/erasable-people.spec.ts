import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { DEFAULT_TENANT_ID } from '../../src/kernel/command-context.js';
import { accepted } from '../support/founder-walk.js';
import { asOwner, expectReadModelsToEqualFold } from '../support/read-model-fold.js';
import { startDocumentedService } from '../support/service.js';
import { until } from '../support/wait.js';

let service: Awaited<ReturnType<typeof startDocumentedService>>;
let superuser: pg.Client;
beforeAll(async () => {
  service = await startDocumentedService();
  superuser = new pg.Client(service.connection);
  await superuser.connect();
});
afterAll(async () => {
  await superuser.end();
  await service.close();
});

const robin = {
  name: 'Robin Fairweather',
  email: 'robin.fairweather@example.org',
  phone: '+44 20 7946 0123',
  links: ['https://fairweather.example.org/robin'],
  external_id: 'ats-4711',
};
const spoken = ['Fairweather', 'fairweather', '7946 0123', 'robin'];

type Candidate = Readonly<Record<string, unknown> & { id: string }>;
type Replay = Readonly<{ key: string; candidate: Candidate }>;

async function register(key: string): Promise<Replay> {
  const headers = { 'idempotency-key': key };
  return { key, candidate: accepted(await service.api.post<Candidate>('/candidates', robin, { headers })) };
}

async function repeat({ key }: Replay) {
  const headers = { 'idempotency-key': key };
  const { status, headers: answered, body } = await service.api.post<Candidate>('/candidates', robin, { headers });
  return { status, replayed: answered.get('idempotency-replayed'), location: answered.get('location'), body };
}

async function erase({ candidate }: Replay): Promise<void> {
  await superuser.query('delete from stageline.person_keys where person_id = $1', [candidate.id]);
}

/** Every row of every table, in every schema of ours, as text; bytes as they are. */
async function dump(): Promise<Readonly<Record<string, string>>> {
  const { rows: tables } = await superuser.query<{ name: string }>(`
    select 'stageline.' || quote_ident(relname) as name from pg_class
    where relnamespace = 'stageline'::regnamespace and relkind in ('r', 'p') and not relispartition`);
  const texts: Record<string, string> = {};
  for (const { name } of tables) {
    const { rows } = await superuser.query<{ text: string | null }>(
      `select string_agg(t::text, e'\n') as text from ${name} t`,
    );
    texts[name] = rows[0]?.text ?? '';
  }
  return texts;
}

/** A row for the snapshots too: hundreds of events would have to happen before one is taken. */
async function snapshot({ candidate }: Replay): Promise<void> {
  await superuser.query(
    `insert into stageline.stream_snapshots
     select c.id, c.tenant_id, 1, 'none', jsonb_build_object('rows', to_jsonb(c)) from stageline.candidates c where id = $1`,
    [candidate.id],
  );
}

describe('what is personal of a candidate', () => {
  it('is read as it was told', async () => {
    const { candidate } = await register('read');
    expect(candidate).toMatchObject({ ...robin, erased: false });
    expect(accepted(await service.api.get(`/candidates/${candidate.id}`))).toEqual(candidate);
    const { items } = accepted(await service.api.get<{ items: readonly Candidate[] }>('/candidates?limit=200'));
    expect(items).toContainEqual(candidate);
  });

  it('stands in the clear nowhere in the database, in none of its spellings', async () => {
    const registered = await register('dump');
    await repeat(registered);
    await snapshot(registered);
    const texts = await dump();
    const { id } = registered.candidate;
    for (const table of ['stage_events', 'candidates', 'command_receipts', 'stream_snapshots', 'person_keys']) {
      expect({ table, isDumped: texts[`stageline.${table}`]?.includes(id) }).toEqual({ table, isDumped: true });
    }
    expect(texts['stageline.candidates']).toContain(robin.external_id);
    const encodings = (word: string) => [
      word,
      Buffer.from(word).toString('hex'),
      Buffer.from(JSON.stringify(word)).toString('base64url'),
    ];
    for (const [table, text] of Object.entries(texts)) {
      const found = spoken.flatMap(encodings).filter((word) => text.includes(word));
      expect({ table, found }).toEqual({ table, found: [] });
    }
  });

  it('is answered again under the same idempotency key', async () => {
    const registered = await register('again');
    expect(await repeat(registered)).toEqual({
      status: 201,
      replayed: 'true',
      location: `/candidates/${registered.candidate.id}`,
      body: registered.candidate,
    });
  });

  it('is stored as it was recorded, so that a rebuild needs no key', () =>
    expectReadModelsToEqualFold(service.connection));

  it('does not open in the place of somebody else’s', async () => {
    const [one, other] = [await register('one'), await register('other')];
    await asOwner(service.connection, (client) =>
      client.query('update candidates set email = (select email from candidates where id = $2) where id = $1', [
        one.candidate.id,
        other.candidate.id,
      ]),
    );
    const response = await fetch(`${service.url}/candidates/${one.candidate.id}`, {
      headers: { authorization: `Bearer ${String(service.api.key)}` },
    });
    expect(response.status).toBe(500);
    expect(await response.text()).not.toContain('fairweather');
    // Puts it out of the way of the lists that follow.
    await superuser.query('update stageline.candidates set email = null where id = $1', [one.candidate.id]);
  });
});

describe('a dry run', () => {
  it('shows the candidate and what would be recorded, and stores nothing, no key either', async () => {
    const count = `select (select count(*) from stageline.person_keys) as keys, (select count(*) from stageline.stage_events) as events`;
    const before = (await superuser.query(count)).rows;
    const { body } = await service.api.post('/candidates?dry_run=true', robin, {
      headers: { 'idempotency-key': 'dry' },
    });
    expect(body).toMatchObject({
      candidate: { ...robin, erased: false },
      events: [
        { event_type: 'candidate.registered', detail: { name: { encrypted: 'A256GCM' }, external_id: 'ats-4711' } },
      ],
    });
    expect(JSON.stringify(body['events'])).not.toContain('Fairweather');
    expect((await superuser.query(count)).rows).toEqual(before);
  });
});

describe('a person whose key is destroyed', () => {
  it('cannot be read any more, anywhere, while the timeline still verifies', async () => {
    const registered = await register('erased');
    const { id } = registered.candidate;
    const verdict = async () => accepted(await service.api.post('/audit/verify'));
    await until('all is sealed', async () => {
      const { rows } = await superuser.query<{ sealed: boolean }>(
        `select exists (select from stageline.sealed_events where stream_id = $1) as sealed`,
        [id],
      );
      return rows[0]?.sealed === true;
    });
    const before = await verdict();
    await erase(registered);

    const nothing = { name: null, email: null, phone: null, links: null, external_id: 'ats-4711', erased: true };
    const gone = { ...registered.candidate, ...nothing };
    expect(accepted(await service.api.get(`/candidates/${id}`))).toEqual(gone);
    const { items } = accepted(await service.api.get<{ items: readonly Candidate[] }>('/candidates?limit=200'));
    expect(items.find((candidate) => candidate.id === id)).toEqual(gone);
    expect(await repeat(registered)).toMatchObject({ status: 201, replayed: 'true', body: gone });
    const after = await verdict();
    expect([before, after]).toMatchObject([
      { valid: true, finding: null },
      { valid: true, finding: null },
    ]);
    expect(Number(after['to'])).toBeGreaterThanOrEqual(Number(before['to']));
  });
});

describe('the keys of people', () => {
  it('cannot be changed by the service', async () => {
    const { candidate } = await register('fixed');
    const app = new pg.Client({ ...service.connection, options: '-c role=stageline_app -c search_path=stageline' });
    await app.connect();
    await app.query(`select set_config('stageline.tenant', '${DEFAULT_TENANT_ID}', false)`);
    const update = app.query('update person_keys set key = $2 where person_id = $1', [candidate.id, Buffer.alloc(32)]);
    await expect(update).rejects.toMatchObject({ code: '42501' });
    await app.end();
  });
});
