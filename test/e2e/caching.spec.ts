import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ADMIN_KEY, startDocumentedService } from '../support/service.js';

let service: Awaited<ReturnType<typeof startDocumentedService>>;
beforeAll(async () => {
  service = await startDocumentedService();
});
afterAll(() => service.close());

describe('what browsers and caches are told', () => {
  const answers = [
    { method: 'GET', path: '/projects', key: ADMIN_KEY, cache: 'no-store' },
    { method: 'GET', path: '/projects', key: null, cache: 'no-store' },
    { method: 'POST', path: '/keys', key: ADMIN_KEY, cache: 'no-store' },
    { method: 'GET', path: '/timeline/stream?limit=1', key: ADMIN_KEY, cache: 'no-store' },
    { method: 'HEAD', path: '/timeline/stream', key: ADMIN_KEY, cache: 'no-store' },
    { method: 'GET', path: '/health/live', key: null, cache: null },
    { method: 'GET', path: '/problems/stale-version', key: null, cache: null },
    { method: 'GET', path: '/nowhere', key: null, cache: null },
    { method: 'GET', path: '/projects/%zz', key: null, cache: null },
  ] as const;

  it.each(answers)('is not to guess or keep the answer of $method $path', async ({ method, path, key, cache }) => {
    const response = await fetch(service.url + path, {
      method,
      headers: key === null ? {} : { authorization: `Bearer ${key}` },
    });
    expect(response.headers.get('x-content-type-options')).toBe('nosniff');
    expect(response.headers.get('cache-control')).toBe(cache);
  });

  it('is not to keep a key that was made', async () => {
    const { status, headers } = await service.api.post('/keys', {
      name: 'x',
      roles: ['viewer'],
      actor_type: 'user',
      actor_id: 'bo',
    });
    expect({ status, cache: headers.get('cache-control') }).toEqual({ status: 201, cache: 'no-store' });
  });
});
