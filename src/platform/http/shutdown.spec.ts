import { EventEmitter } from 'node:events';
import type { ServerResponse } from 'node:http';
import { describe, expect, it } from '@jest/globals';
import { Shutdown } from './shutdown.js';

const response = () => new EventEmitter() as ServerResponse;

describe('shutting down', () => {
  it('ends streams at once and waits for what runs', async () => {
    const shutdown = new Shutdown();
    const running = response();
    shutdown.track(running);
    let drained = false;
    shutdown.begin();
    const draining = shutdown.drain(60_000).then(() => (drained = true));
    expect(shutdown.signal.aborted).toBe(true);
    await Promise.resolve();
    expect(drained).toBe(false);
    running.emit('close');
    await draining;
    expect(drained).toBe(true);
  });

  it('waits for nothing where nothing runs', async () => {
    const shutdown = new Shutdown();
    const finished = response();
    shutdown.track(finished);
    finished.emit('close');
    shutdown.begin();
    await expect(shutdown.drain(60_000)).resolves.toBeUndefined();
  });

  it('waits no longer than its patience', async () => {
    const shutdown = new Shutdown();
    shutdown.track(response());
    shutdown.begin();
    await expect(shutdown.drain(1)).resolves.toBeUndefined();
  });
});
