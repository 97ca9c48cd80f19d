import { describe, expect, it } from '@jest/globals';
import { createLogger, type LogFormat } from './logger.js';
import { NestLog } from './nest-log.js';
import { requestScope } from './request-scope.js';

const secret = `sl_${'k'.repeat(43)}`;

function capture(format: LogFormat) {
  const lines: string[] = [];
  const logger = createLogger({ level: 'info', format, destination: { write: (line) => void lines.push(line) } });
  return { lines, logger };
}

describe('the logger', () => {
  it('puts the correlation id on every line of a request', () => {
    const { lines, logger } = capture('json');
    requestScope.run({ correlationId: 'c-1' }, () => logger.info('inside'));
    logger.info('outside');
    expect(lines.map((line) => (JSON.parse(line) as { correlation_id?: string }).correlation_id)).toEqual([
      'c-1',
      undefined,
    ]);
  });

  it('masks a key in a header, in a message and in a stack', () => {
    const { lines, logger } = capture('json');
    logger.info({ headers: { authorization: 'Bearer other-secret' } }, 'header');
    logger.info(`started with ${secret}`);
    logger.error({ err: new Error(`bad ${secret}`) }, 'failed');
    expect(lines.join('')).not.toContain('other-secret');
    expect(lines.join('')).not.toContain(secret);
    expect(lines).toHaveLength(3);
  });

  it('writes a readable line for terminals', () => {
    const { lines, logger } = capture('text');
    logger.info({ context: 'Http', status: 200 }, 'GET /projects');
    expect(lines[0]).toMatch(/^\d\d:\d\d:\d\d info {2}\[Http\] GET \/projects status=200\n$/);
  });

  it('ends a line of a request with its correlation id, on terminals too', () => {
    const { lines, logger } = capture('text');
    requestScope.run({ correlationId: 'c-1' }, () => {
      logger.warn({ status: 409 }, 'inside');
      logger.error({ err: new Error('broken') }, 'failed');
    });
    expect(lines[0]).toMatch(/ inside status=409 correlation_id=c-1\n$/);
    expect(lines[1]).toMatch(/ failed correlation_id=c-1\nError: broken\n/);
  });

  it('carries the context and the stack that Nest passes', () => {
    const { lines, logger } = capture('json');
    new NestLog(logger).error('it broke', 'Error: it broke\n at here', 'Bootstrap');
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({
      context: 'Bootstrap',
      msg: 'it broke',
      err: { stack: 'Error: it broke\n at here' },
    });
  });

  it('leaves what Nest logs and throws to whoever catches it', () => {
    const { lines, logger } = capture('json');
    new NestLog(logger).error(new Error('listen EADDRINUSE'), 'NestApplication');
    expect(lines).toEqual([]);
  });

  it('says nothing below its level', () => {
    const { lines, logger } = capture('json');
    new NestLog(logger).debug('detail');
    expect(lines).toEqual([]);
  });
});
