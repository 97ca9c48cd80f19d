import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it } from '@jest/globals';
import { runProgram } from '../support/child.js';

describe('a node that calls over HTTP', () => {
  it('uses no proxy of the environment: it would connect where nothing was checked', async () => {
    const server = createServer((_request, response) => response.end('straight')).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const nowhere = 'http://127.0.0.1:1';
    const proxies = { NODE_USE_ENV_PROXY: '1', HTTP_PROXY: nowhere, http_proxy: nowhere, NO_PROXY: '', no_proxy: '' };
    const url = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
    const child = runProgram('http-call.ts', [url], proxies);
    expect(await child.exit).toBe(0);
    expect(child.output()).toContain('straight');
    server.close();
  });
});
