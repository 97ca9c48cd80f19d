import { describe, expect, it } from '@jest/globals';
import { requestHash, type HashedRequest } from './request-hash.js';

const request: HashedRequest = {
  keyId: 'k-1',
  method: 'POST',
  path: '/notes',
  query: {},
  ifMatch: undefined,
  occurredAt: undefined,
  body: { a: 1, b: [{ c: 2, d: 3 }] },
};

describe('the hash of a request', () => {
  it('is the same whatever the order of its keys', () =>
    expect(requestHash({ ...request, body: { b: [{ d: 3, c: 2 }], a: 1 } })).toBe(requestHash(request)));

  it.each<[string, Partial<HashedRequest>]>([
    ['caller', { keyId: 'k-2' }],
    ['method', { method: 'PUT' }],
    ['path', { path: '/note' }],
    ['query', { query: { x: '1' } }],
    ['version', { ifMatch: '1' }],
    ['time', { occurredAt: '1' }],
    ['body', { body: { a: 1, b: [] } }],
    ['missing body', { body: undefined }],
  ])('differs by %s', (_what, part) => expect(requestHash({ ...request, ...part })).not.toBe(requestHash(request)));
});
