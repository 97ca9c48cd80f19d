import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { accepted } from '../support/founder-walk.js';
import { type Child, runCommand } from '../support/child.js';
import { makeFolder, removeFolder } from '../support/folders.js';
import { until } from '../support/wait.js';
import { type WebhookClient, startWebhookClient } from '../support/webhook-client.js';
import { freePort } from '../support/workers.js';

jest.setTimeout(30_000);

const page = readFileSync(new URL('../../docs/webhooks.md', import.meta.url), 'utf8');
const source = (language: string): string =>
  new RegExp(`^\`\`\`${language}\n([^]*?)^\`\`\`$`, 'm').exec(page)?.[1] ?? '';

const folder = makeFolder();
let webhooks: WebhookClient;
beforeAll(async () => {
  webhooks = await startWebhookClient();
});
afterAll(async () => {
  await webhooks.close();
  removeFolder(folder);
});

describe.each([
  ['TypeScript', 'receiver.ts', process.execPath, source('ts')],
  ['Python', 'receiver.py', 'python3', source('python')],
])('the receiver in %s', (_language, file, program, text) => {
  let receiver: Child;
  afterAll(async () => {
    receiver.kill('SIGKILL');
    await receiver.exit;
  });

  it('takes what is signed, once, and refuses the rest', async () => {
    const port = await freePort();
    const url = `http://127.0.0.1:${port}/`;
    const { id, secret } = await webhooks.create(url, { categories: ['subject'] });
    writeFileSync(join(folder, file), text);
    receiver = runCommand(program, [join(folder, file)], { WEBHOOK_SECRET: secret, PORT: String(port) });
    await receiver.says(/listening/);

    expect(accepted(await webhooks.api.post(`/webhooks/${id}/test`))).toMatchObject({ outcome: 'delivered' });
    accepted(await webhooks.api.post('/projects', { name: 'x' }));
    await until('the event has arrived', () => receiver.output().includes('project.created'));
    accepted(await webhooks.api.post(`/webhooks/${id}/rotate-secret`));
    expect(accepted(await webhooks.api.post(`/webhooks/${id}/test`))).toMatchObject({ outcome: 'delivered' });

    const old = { 'webhook-id': 'x', 'webhook-timestamp': '1674087231', 'webhook-signature': 'v1,AAAA' };
    const now = { ...old, 'webhook-timestamp': String(Math.floor(Date.now() / 1000)) };
    for (const headers of [{}, old, now])
      expect((await fetch(url, { method: 'POST', body: '{}', headers })).status).toBe(401);
    expect(receiver.output()).not.toMatch(/SyntaxError|Traceback/);
  });
});
