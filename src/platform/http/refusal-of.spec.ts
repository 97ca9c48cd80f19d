import { NotFoundException, UnsupportedMediaTypeException } from '@nestjs/common';
import { describe, expect, it } from '@jest/globals';
import { refuse } from '../../kernel/domain-error.js';
import { TransientError } from '../event-store/errors.js';
import { problemAnswer } from './problem-document.js';
import { refusalOf } from './refusal-of.js';

const coded = (code: string, message = 'failed') => Object.assign(new Error(message), { code });

describe('reading a failure as a refusal', () => {
  it.each([
    ['a refused connection', coded('ECONNREFUSED'), 'service-unavailable'],
    [
      'a socket that is gone with its server',
      Object.assign(coded('ENOENT'), { syscall: 'connect' }),
      'service-unavailable',
    ],
    ['a server that is shutting down', coded('57P01'), 'service-unavailable'],
    ['a connection that broke', new Error('Connection terminated unexpectedly'), 'service-unavailable'],
    ['a transaction that lost', new TransientError(), 'service-unavailable'],
    ['what TypeORM wrapped', Object.assign(new Error(), { driverError: coded('08006') }), 'service-unavailable'],
    ['a NUL that slipped through', coded('22P05'), 'invalid-input'],
    ['an unknown route', new NotFoundException(), 'not-found'],
    ['a wrong type', new UnsupportedMediaTypeException(), 'unsupported-media-type'],
    ['an address that is not one', coded('FST_ERR_BAD_URL'), 'invalid-input'],
  ])('knows %s', (_what, error, code) => expect(refusalOf(error)?.code).toBe(code));

  it('leaves a refusal as it is', () => {
    const refusal = refuse('run-parked', 'It is parked.');
    expect(refusalOf(refusal)).toBe(refusal);
  });

  it.each([new TypeError('x is undefined'), coded('42P01'), coded('23505'), 'text', null])(
    'leaves a bug to rise: %s',
    (error) => expect(refusalOf(error)).toBeNull(),
  );
});

describe('a problem document', () => {
  const occasion = { instance: '/pipeline/1', correlationId: 'c-1' };

  it('carries the standard fields and the details of the refusal', () =>
    expect(problemAnswer(refuse('stale-version', 'It moved.', { expected: 1, actual: 2 }), occasion)).toEqual({
      status: 412,
      headers: { 'content-type': 'application/problem+json' },
      body: {
        type: '/problems/stale-version',
        title: 'It has moved on',
        status: 412,
        detail: 'It moved.',
        instance: '/pipeline/1',
        code: 'stale-version',
        correlation_id: 'c-1',
        expected: 1,
        actual: 2,
      },
    }));

  it('lets no detail take the place of a standard field', () =>
    expect(problemAnswer(refuse('run-closed', 'Over.', { status: 'completed' }), occasion).body).toMatchObject({
      status: 409,
    }));

  it('says when to try again', () => {
    const { headers } = problemAnswer(refuse('too-many-requests', 'Slow.', { retry_after_seconds: 7 }), occasion);
    expect(headers['retry-after']).toBe('7');
    expect(problemAnswer(refuse('service-unavailable', 'Later.'), occasion).headers['retry-after']).toBe('2');
  });

  it('says how to present a key', () =>
    expect(problemAnswer(refuse('unauthorized', 'Who?'), occasion).headers['www-authenticate']).toMatch(/^Bearer/));
});
