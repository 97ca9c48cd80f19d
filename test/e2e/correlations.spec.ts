import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { v7 as newId } from 'uuid';
import { type Backstage, openBackstage } from '../support/backstage.js';
import { accepted, standAtGate } from '../support/founder-walk.js';
import { sealedPosition } from '../support/sealed-position.js';
import { startDocumentedService } from '../support/service.js';
import { note } from '../support/store.js';
import { until } from '../support/wait.js';

let service: Awaited<ReturnType<typeof startDocumentedService>>;
let backstage: Backstage;
beforeAll(async () => {
  service = await startDocumentedService();
  backstage = await openBackstage(service.connection);
});
afterAll(async () => {
  await backstage.close();
  await service.close();
});

type Event = Readonly<{
  id: string;
  position: number;
  event_type: string;
  events: readonly Event[];
  commands: readonly object[];
}>;
type Command = Readonly<{
  id: string;
  cause_known: boolean;
  key_id: string;
  stream_id: string;
  events: readonly Event[];
}>;
type Tree = Readonly<{ event_count: number; truncated: boolean; as_of_position: number; commands: readonly Command[] }>;

/** Decides a gate and suggests a focus under one correlation id, and answers the tree once both are sealed. */
async function flow() {
  const { api } = service;
  const { runId, gateId } = await standAtGate(api);
  const correlationId = newId();
  const headers = { 'x-correlation-id': correlationId };
  accepted(await api.post(`/gates/${gateId}/decision`, { decision: 'proceed' }, { headers }));
  accepted(await api.post(`/pipeline/${runId}/stages/validated_direction/focus`, { focus: ['Price.'] }, { headers }));
  const path = `/correlations/${correlationId}`;
  await until('the flow is sealed', async () => (await api.get<Tree>(path)).body.event_count === 6);
  return { runId, path, tree: accepted(await api.get<Tree>(path)) };
}

describe('the tree of a correlation', () => {
  it('shows each command, its first event, and what followed from that', async () => {
    const { runId, tree } = await flow();
    expect(tree).toMatchObject({ event_count: 6, truncated: false });
    const [decision, focus] = tree.commands;
    expect(tree.commands).toHaveLength(2);
    expect(decision).toMatchObject({
      cause_known: true,
      stream_id: runId,
      stream_type: 'pipeline_run',
      actor_type: 'user',
    });
    expect(decision?.events).toMatchObject([{ event_type: 'gate.decided' }]);
    expect(decision?.events[0]?.events.map(({ event_type: type }) => type)).toEqual([
      'milestone.completed',
      'stage.gated',
      'stage.entered',
      'stage.started',
    ]);
    expect(focus?.events).toMatchObject([{ event_type: 'focus.suggested', events: [], commands: [] }]);
    expect(tree.as_of_position).toBeGreaterThanOrEqual(focus?.events[0]?.position ?? Infinity);
  });

  it('ends with its first 1,000 events, and says so', async () => {
    const [streamId, correlationId] = [newId(), newId()];
    const notes = Array.from({ length: 1001 }, (_, index) => note(streamId, index + 1, { correlationId }));
    await backstage.append([{ streamId, expectedVersion: 0, events: notes, rows: {} }]);
    const path = `/correlations/${correlationId}`;
    await until('the notes are sealed', async () => (await service.api.get<Tree>(path)).body.truncated);
    const { body } = await service.api.get<Tree>(path);
    expect(body.event_count).toBe(1000);
    expect(body.commands).toHaveLength(1000);
    expect(body.commands[0]).toMatchObject({ cause_known: false, events: [{ id: notes[0]?.id, stream_version: 1 }] });
  });

  it('waits for a position that is asked for', async () => {
    const { runId } = await standAtGate(service.api);
    const correlationId = newId();
    const headers = { 'x-correlation-id': correlationId };
    accepted(await service.api.post(`/pipeline/${runId}/park`, { reason: 'Away' }, { headers }));
    const position = String(await sealedPosition(service.api, runId));
    const path = `/correlations/${correlationId}?min_position=${position}`;
    expect(accepted(await service.api.get<Tree>(path)).event_count).toBe(2);
    const { body } = await service.api.get(`/correlations/${correlationId}?min_position=999999999`);
    expect(body).toMatchObject({ status: 409, code: 'not-yet-projected' });
    expect(body['detail']).toContain('The timeline is at position');
  }, 15_000);

  it('is not found by another tenant, nor where there is none', async () => {
    const { path } = await flow();
    const stranger = service.api.as(await backstage.keyIn('00000000-0000-7000-8000-0000000000bb', 'admin'));
    for (const answer of [await stranger.get(path), await service.api.get(`/correlations/${newId()}`)])
      expect(answer.body).toMatchObject({ status: 404, code: 'correlation-not-found' });
  });
});
