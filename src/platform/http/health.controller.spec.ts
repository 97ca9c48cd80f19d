import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { httpFixture, type HttpFixture } from './http-app.fixture.js';
import { ReadinessChecks } from './readiness-checks.js';
import { Shutdown } from './shutdown.js';

let fixture: HttpFixture;

beforeEach(async () => {
  fixture = await httpFixture([]);
});
afterEach(() => fixture.app.close());

async function read(url: string) {
  const response = await fixture.app.inject({ url });
  return { status: response.statusCode, headers: response.headers, body: response.json<object>() };
}

describe('health', () => {
  it('is ready when every check holds', async () => {
    fixture.app.get(ReadinessChecks).register({ name: 'database', check: () => Promise.resolve() });
    expect(await read('/health/ready')).toMatchObject({
      status: 200,
      body: { status: 'ready', checks: [{ name: 'database', ok: true }, { name: 'accepting' }] },
    });
  });

  it('is not ready when one fails, says which, and keeps the cause for the log', async () => {
    const failing = () => Promise.reject(new Error('connect 10.0.0.1'));
    fixture.app.get(ReadinessChecks).register({ name: 'sealer', check: failing });
    const { status, headers, body } = await read('/health/ready');
    expect(status).toBe(503);
    expect(headers['retry-after']).toBeDefined();
    expect(body).toMatchObject({ code: 'service-unavailable', checks: [{ name: 'sealer', ok: false }, {}] });
    expect(JSON.stringify(body)).not.toContain('10.0.0.1');
    expect(fixture.lines.join('')).toContain('10.0.0.1');
  });

  it('is live whatever the checks say', async () => {
    fixture.app.get(ReadinessChecks).register({ name: 'database', check: () => Promise.reject(new Error('gone')) });
    expect(await read('/health/live')).toMatchObject({ status: 200, body: { status: 'live' } });
  });

  it('turns new requests away while the service stops', async () => {
    fixture.app.get(Shutdown).begin();
    const { status, headers, body } = await read('/health/live');
    expect(status).toBe(503);
    expect(headers).toMatchObject({ connection: 'close', 'retry-after': '2' });
    expect(body).toMatchObject({ code: 'service-unavailable' });
  });
});
