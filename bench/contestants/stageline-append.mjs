/** What a command of Stageline writes, without deciding: one event with its expected version, and the receipt of its answer. */
import { randomBytes } from 'node:crypto';
import { v7 as newId } from 'uuid';
import { RECORDED_AT } from '../../dist/src/platform/event-store/recorded-at.js';
import { EventStore } from '../../dist/src/platform/event-store/event-store.js';
import { runCallers } from '../harness/callers.mjs';
import { ownStreams } from './own-streams.mjs';
import { payload } from './payload.mjs';
import { caller, openStageline } from './stageline.mjs';

export async function open({ connection }) {
  const stageline = await openStageline(connection);
  const store = stageline.get(EventStore);
  const next = ownStreams();
  const work = (index) => store.appendOne(appendTo(next(index)));
  return { round: (task) => runCallers(task, work), close: stageline.close };
}

function appendTo({ streamId, version }) {
  return {
    streamId,
    expectedVersion: version,
    events: [eventFor(streamId, version + 1)],
    rows: {},
    receipt: { key: newId(), requestHash: randomBytes(32).toString('hex'), answer: answerFor(streamId, version + 1) },
  };
}

function eventFor(streamId, streamVersion) {
  return {
    type: 'facts.recorded',
    detail: payload(streamVersion),
    id: newId(),
    tenantId: caller.tenantId,
    streamId,
    streamType: 'pipeline_run',
    streamVersion,
    category: 'fact',
    schemaVersion: 1,
    correlationId: newId(),
    causationId: newId(),
    actor: caller.actor,
    context: {
      key_id: caller.keyId,
      command_id: newId(),
      software_version: '0.1.0',
      stream_version: streamVersion - 1,
    },
    occurredAt: RECORDED_AT,
    recordedAt: RECORDED_AT,
  };
}

/** About what is answered of a run. */
function answerFor(id, version) {
  const body = {
    id,
    template: { key: 'founder', version: 1 },
    status: 'running',
    current_stage: 'thesis_defined',
    stages: ['thesis_defined', 'validated_direction', 'mvp_built', 'feedback_loop_active', 'scale_ready'],
    progress_percent: 5,
    version,
    updated_at: RECORDED_AT,
  };
  return { status: 200, body, headers: { etag: `"${String(version)}"` } };
}
