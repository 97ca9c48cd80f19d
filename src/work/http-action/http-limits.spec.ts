import { afterEach, describe, expect, it } from '@jest/globals';
import { answering, closeServers, failure, json, run, serve, TOKEN } from './http-action.fixture.js';

afterEach(closeServers);

describe('a secret', () => {
  it('is sent by its name, and hidden wherever it comes back', async () => {
    const url = await serve((request, response) => {
      const token = String(request.headers.authorization);
      const body = { token, part: token.split(' ')[1], [token]: 1, nested: [`<${token}>`], pin: 4711, other: 5 };
      response.writeHead(200, { ...json, 'x-request-id': token }).end(JSON.stringify(body));
    });
    const headers = { Authorization: { secret: 'CRM' }, 'X-Pin': { secret: 'PIN' } };
    const output = await run({ url, headers });
    expect(output).toMatchObject({
      headers: { 'x-request-id': '***' },
      body: { token: '***', part: '***', '***': 1, nested: ['<***>'], pin: '***', other: 5 },
    });
  });

  it('is sent as it is', async () => {
    const seen = Promise.withResolvers<string | undefined>();
    const url = await serve((request, response) => {
      seen.resolve(request.headers.authorization);
      response.end();
    });
    await run({ url, headers: { authorization: { secret: 'CRM' } } });
    expect(await seen.promise).toBe(TOKEN);
  });

  it('is in no failure', async () => {
    const url = await serve((request, response) => {
      response.writeHead(302, { location: `/?t=${String(request.headers['x-t']).replace('Bearer ', '')}` }).end();
    });
    expect((await failure({ url, headers: { 'x-t': { secret: 'CRM' } } })).message).toContain('/?t=***');
  });

  it('that is not there fails for good, saying which setting is missing', async () => {
    const failed = await failure({ url: 'http://127.0.0.1:1/', headers: { A: { secret: 'NONE' } } });
    expect(failed).toMatchObject({
      retryable: false,
      message: expect.stringContaining('STAGELINE_SECRET_NONE is not set'),
    });
  });
});

describe('what is not on the public internet', () => {
  const refused = [
    '127.0.0.1',
    '127.0.0.1.',
    '2130706433',
    '0x7f.1',
    '0177.0.0.1',
    '0',
    '10.1.2.3',
    '172.31.0.1',
    '192.168.1.1',
  ]
    .concat('169.254.169.254', '100.100.100.200', '224.0.0.1', '255.255.255.255', '[::1]', '[::]', '[::ffff:127.0.0.1]')
    .concat(
      '[::ffff:8.8.8.8]',
      '[::127.0.0.1]',
      '[64:ff9b::7f00:1]',
      '[2002:7f00:1::]',
      '[fe80::1]',
      '[fd00:ec2::254]',
      '[ff02::1]',
    );
  it.each(refused)('is not called: %s', async (host) => {
    const failed = await failure({ url: `http://${host}:1/` }, { allowed: [] });
    expect(failed).toMatchObject({
      retryable: false,
      message: expect.stringContaining('STAGELINE_HTTP_ALLOW_PRIVATE'),
    });
  });

  it.each(['localhost', 'LOCALHOST'])('is not called by a name that leads there: %s', async (name) => {
    const { port } = new URL(await serve(answering(200, 'inside')));
    const failed = await failure({ url: `http://${name}:${port}/` }, { allowed: [] });
    expect(failed).toMatchObject({
      retryable: false,
      message: expect.stringMatching(/^localhost, at (127\.0\.0\.1|::1),/),
    });
  });

  it('is called where the operator names it, and nothing beside it', async () => {
    const { port } = new URL(await serve(answering(200, 'inside')));
    const allowed = ['localhost'];
    expect(await run({ url: `http://localhost:${port}/` }, { allowed })).toMatchObject({ body: 'inside' });
    expect(await failure({ url: `http://127.0.0.1:${port}/` }, { allowed })).toMatchObject({ retryable: false });
  });
});
