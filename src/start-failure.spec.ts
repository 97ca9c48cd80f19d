import { describe, expect, it } from '@jest/globals';
import { startFailure } from './start-failure.js';

const embedded = { port: 80, host: '127.0.0.1', dataDir: '/data/stageline', databaseUrl: undefined };
const onServer = { ...embedded, databaseUrl: 'postgres://me:hunter2@db.example/stageline' };
const failure = (fields: Readonly<Record<string, unknown>>, message = 'it failed'): Error =>
  Object.assign(new Error(message), fields);

describe('a failed start', () => {
  it.each<[string, Error, typeof embedded | typeof onServer, RegExp]>([
    [
      'a port this user may not have',
      failure({ code: 'EACCES', syscall: 'listen' }),
      embedded,
      /port 80; .* Set PORT to 1024/,
    ],
    [
      'a data dir that is not writable',
      failure({ code: 'EACCES', syscall: 'mkdir', path: '/data' }),
      embedded,
      /may not write \/data\. .*STAGELINE_DATA_DIR/,
    ],
    [
      'a file system that is read only',
      failure({ code: 'EROFS', syscall: 'open', path: '/data/stageline/x' }),
      embedded,
      /STAGELINE_DATA_DIR/,
    ],
    [
      'a full disk',
      failure({ code: 'ENOSPC', syscall: 'write', path: '/data/stageline/x' }),
      embedded,
      /is full\. Make room/,
    ],
    [
      'a server unknown by name',
      failure({ code: 'ENOTFOUND', syscall: 'getaddrinfo' }),
      onServer,
      /does not answer at db\.example:5432 \(ENOTFOUND\)/,
    ],
    [
      'a server that says nothing',
      failure({}, 'timeout expired'),
      onServer,
      /DATABASE_URL does not answer at db\.example:5432\. /,
    ],
    [
      'a wrong password',
      failure({ code: '28P01' }, 'password authentication failed for user "me"'),
      onServer,
      /for user "me"\. Set user and password/,
    ],
    [
      'a missing privilege',
      failure({ code: '42501' }, 'permission denied to create role'),
      onServer,
      /create role\. [^]*CREATEROLE[^]*grant stageline_owner/,
    ],
    [
      'what TypeORM wraps',
      failure({ driverError: { code: '53300', message: 'too many clients' } }),
      onServer,
      /STAGELINE_DB_POOL/,
    ],
  ])('names what to do about %s', (_what, error, settings, expected) => {
    const told = startFailure(error, settings);
    expect(told).toMatch(expected);
    expect(told).not.toContain('hunter2');
    expect(told).not.toContain('    at ');
  });

  it('keeps its stack where nobody foresaw it', () => {
    expect(startFailure(new TypeError('a fault of ours'), onServer)).toMatch(/^TypeError: a fault of ours\n {4}at /);
    expect(startFailure(failure({ code: 'EACCES', syscall: 'open', path: '/etc/x' }), embedded)).toMatch(/\n {4}at /);
  });
});
