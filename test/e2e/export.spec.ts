import { createPublicKey } from 'node:crypto';
import { Readable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { verifyExport } from '../../src/timeline/export/export-verification.js';
import type { ApiClient } from '../support/api-client.js';
import { type Backstage, openBackstage } from '../support/backstage.js';
import { faultyLine } from '../support/documented-export.js';
import { accepted } from '../support/founder-walk.js';
import { everythingSealed, underOneSeal } from '../support/sealing.js';
import { keyFor, startDocumentedService, startFounderRun } from '../support/service.js';

const THEIR_TENANT = '00000000-0000-7000-8000-0000000000bb';
const NOBODY = '00000000-0000-7000-8000-00000000dead';

let service: Awaited<ReturnType<typeof startDocumentedService>>;
let backstage: Backstage;
let superuser: pg.Client;
let auditor: ApiClient;
let theirs: ApiClient;
let ourRun = '';
let between = '';
let key: Readonly<{ key_id: string; public_key: string }>;
beforeAll(async () => {
  service = await startDocumentedService();
  backstage = await openBackstage(service.connection);
  superuser = new pg.Client(service.connection);
  await superuser.connect();
  auditor = service.api.as(await keyFor(service.api, { roles: ['auditor'] }));
  theirs = service.api.as(await backstage.keyIn(THEIR_TENANT, 'admin'));
  await everythingSealed(superuser);
  await underOneSeal(superuser, async () => {
    await theirs.post('/projects', { name: 'Theirs, under our seal' });
    ({ runId: ourRun } = await startFounderRun(service.api));
    await theirs.post('/projects', { name: 'Theirs, after' });
  });
  await everythingSealed(superuser);
  await theirs.post('/projects', { name: 'Theirs, under a seal without us' });
  await everythingSealed(superuser);
  between = (await superuser.query<{ now: Date }>('select clock_timestamp() as now')).rows[0]?.now.toISOString() ?? '';
  for (let count = 0; count < 3; count += 1) {
    const focus = { focus: [`Focus ${String(count)} – “naïve” 🚀`] };
    accepted(await service.api.post(`/pipeline/${ourRun}/stages/thesis_defined/focus`, focus));
    await everythingSealed(superuser);
  }
  key = accepted(await auditor.get<typeof key>('/audit/key'));
});
afterAll(async () => {
  await superuser.end();
  await backstage.close();
  await service.close();
});

/** An export that both verifiers found nothing wrong with, by line. */
async function exported(api: ApiClient, query = '') {
  const { body: text, headers } = await api.get<string>(`/audit/export${query}`);
  expect(headers.get('content-type')).toBe('application/jsonl');
  const file = Buffer.from(text);
  const keys = new Map([[key.key_id, createPublicKey(key.public_key)]]);
  const verdict = await verifyExport(Readable.from([file]) as AsyncIterable<Buffer>, keys);
  expect({ finding: verdict.finding, faultyLine: faultyLine(file, [key.public_key]) }).toEqual({
    finding: null,
    faultyLine: null,
  });
  const lines = text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, Record<string, unknown> & { position: number }>);
  const of = (name: string) => lines.flatMap((line) => (line[name] === undefined ? [] : [line[name]]));
  return { text, header: lines[0] as Record<string, unknown>, events: of('event'), seals: of('seal') };
}

describe('GET /audit/export', () => {
  it('has every event of the tenant, as the timeline has it, and every seal', async () => {
    const { header, events, seals } = await exported(auditor);
    const { items } = accepted(await auditor.get<{ items: readonly object[] }>('/timeline?limit=200'));
    expect(events).toEqual(items);
    expect(seals).toEqual(accepted(await auditor.get<{ items: readonly object[] }>('/audit/seals?limit=200')).items);
    expect(header).toMatchObject({ format: 'stageline.timeline', version: 1, run_id: null, from: null, to: null });
    expect(header['head_position']).toBe(events.at(-1)?.position);
    expect(events.length).toBeGreaterThan(5);
  });

  it('tells of other tenants nothing but hashes', async () => {
    const { text } = await exported(auditor);
    const { rows } = await superuser.query<Record<string, string>>(
      'select event_id, stream_id, tenant_id from stageline.sealed_events where tenant_id = $1',
      [THEIR_TENANT],
    );
    expect(rows.length).toBeGreaterThan(2);
    for (const word of rows.flatMap((row) => Object.values(row))) expect(text).not.toContain(word);
    const { events } = await exported(theirs);
    expect(events).toHaveLength(rows.length);
  });

  it('has one run alone, from its first event on, under the seals it needs', async () => {
    const { header, events, seals } = await exported(auditor, `?format=jsonl&run_id=${ourRun}`);
    const { items } = accepted(
      await auditor.get<{ items: readonly object[] }>(`/pipeline/${ourRun}/timeline?limit=200`),
    );
    expect(header['run_id']).toBe(ourRun);
    expect(events).toEqual(items);
    expect(seals).toHaveLength(4);
  });

  it('has what was recorded in a period', async () => {
    const whole = await exported(auditor);
    const [before, after] = [await exported(auditor, `?to=${between}`), await exported(auditor, `?from=${between}`)];
    expect([...before.events, ...after.events]).toEqual(whole.events);
    expect(after.events).toHaveLength(3);
    expect((await exported(auditor, `?from=${between}&to=${between.replace(/\d{3}Z$/, '999Z')}`)).header['from']).toBe(
      between,
    );
  });

  it('is the same in whatever parts it is read', async () => {
    const { runId } = await startFounderRun(service.api);
    for (let count = 0; count < 600; count += 1)
      await service.api.post(`/pipeline/${runId}/stages/thesis_defined/focus`, { focus: [String(count)] });
    await everythingSealed(superuser);
    const { events } = await exported(auditor, `?run_id=${runId}`);
    expect(events.length).toBeGreaterThan(600);
    expect((await exported(auditor)).events.length).toBeGreaterThan(606);
  }, 60_000);

  it('of a run that is not there, or another tenant’s, is not to be had', async () => {
    for (const [api, id] of [
      [theirs, ourRun],
      [auditor, NOBODY],
    ] as const) {
      expect((await api.get(`/audit/export?run_id=${id}`)).body).toMatchObject({ status: 404, code: 'run-not-found' });
    }
  });

  it('names the formats there are', async () => {
    const { body } = await auditor.get('/audit/export?format=xes');
    expect(body).toMatchObject({ status: 400, errors: [{ pointer: '/format', detail: 'must be one of: jsonl.' }] });
  });
});
