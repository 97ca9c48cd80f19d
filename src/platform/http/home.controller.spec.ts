import { describe, expect, it } from '@jest/globals';
import { httpFixture } from './http-app.fixture.js';

describe('the service’s own address', () => {
  it('leads to what the service can do', async () => {
    const { app } = await httpFixture([]);
    const { statusCode, headers } = await app.inject({ method: 'GET', url: '/' });
    expect([statusCode, headers.location]).toEqual([302, '/docs']);
    await app.close();
  });
});
