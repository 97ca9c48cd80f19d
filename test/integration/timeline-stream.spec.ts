import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { connect } from 'node:net';
import { DataSource } from 'typeorm';
import { v7 as newId } from 'uuid';
import { Database } from '../../src/platform/database/database.js';
import { dataSourceOptions } from '../../src/platform/database/data-source.js';
import { EventStore } from '../../src/platform/event-store/event-store.js';
import type { ApiClient } from '../support/api-client.js';
import { ADMIN_KEY, startFounderRun, startTestService } from '../support/service.js';
import { type ServerSent, follow } from '../support/sse-reader.js';
import { note } from '../support/store.js';
import { until } from '../support/wait.js';

let service: Awaited<ReturnType<typeof startTestService>>;
let api: ApiClient;

beforeAll(async () => {
  service = await startTestService();
  ({ api } = service);
});
afterAll(() => service.close());

/** Asks for the stream and, once it has begun, takes nothing more of it. */
const takeNothing = async () => {
  const socket = connect(Number(new URL(service.url).port), '127.0.0.1');
  socket.on('error', () => undefined); // It is closed from the other side in the end.
  socket.write(`GET /timeline/stream HTTP/1.1\r\nHost: stageline\r\nAuthorization: Bearer ${ADMIN_KEY}\r\n\r\n`);
  await new Promise((resolve) => socket.once('data', resolve));
  socket.pause();
  return socket;
};
/** More than the buffers between a service and its client hold. */
const recordMegabytes = async (count: number) => {
  const dataSource = await new DataSource(dataSourceOptions(service.connection, 'stageline_app')).initialize();
  const store = new EventStore(new Database(dataSource));
  const streamId = newId();
  const detail = { text: 'x'.repeat(100_000) };
  const events = Array.from({ length: count }, (_, index) => note(streamId, index + 1, { detail }));
  await store.append([{ streamId, expectedVersion: 0, events, rows: {} }]);
  await dataSource.destroy();
};
const openStreams = () => process.getActiveResourcesInfo().filter((kind) => kind === 'TCPSocketWrap').length;

describe('the stream of the timeline', () => {
  it('reaches everybody else while one client takes nothing of it', async () => {
    const slow = await takeNothing();
    const quick = follow(() => service.url, ADMIN_KEY);
    await recordMegabytes(150);
    const { runId } = await startFounderRun(api);
    const { body } = await api.get(`/pipeline/${runId}`);
    const isOfRun = ({ data }: ServerSent) => data['stream_id'] === runId;
    await until('the quick one has everything', () => quick.received.filter(isOfRun).length === body['version']);
    const positions = quick.received.map(({ id }) => Number(id));
    expect(positions).toEqual(positions.map((_, index) => index + 1));
    expect(positions.length).toBeGreaterThan(150);
    expect(slow.readableLength).toBeLessThan(1_000_000); // It was not handed what it does not take.
    await quick.leave();
    const before = openStreams();
    slow.destroy();
    await until('its connection is let go of', () => openStreams() <= before - 2);
  }, 30_000);

  it('lets go of everything when its clients leave', async () => {
    const before = openStreams();
    const clients = await Promise.all(Array.from({ length: 10 }, takeNothing));
    await until('all are connected', () => openStreams() >= before + 20);
    for (const client of clients) client.destroy();
    await until('no connection of theirs is left', () => openStreams() <= before);
    expect(openStreams()).toBeLessThanOrEqual(before);
  }, 30_000);
});
