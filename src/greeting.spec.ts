import { describe, expect, it } from '@jest/globals';
import { greeting } from './greeting.js';

const settings = { dataDir: './.stageline', roles: ['api'] as const, host: '127.0.0.1' };
const url = 'http://127.0.0.1:3000';

describe('the greeting', () => {
  it('shows a new key once, and where it is kept', () => {
    const told = greeting({ url, newAdminKey: 'sl_new', isEmbedded: true }, settings);
    expect(told).toContain('Your admin key (also in .stageline/admin-key):\n    sl_new');
    expect(told).toContain('"Authorization: Bearer $(cat .stageline/admin-key)"');
  });

  it('shows how to use the kept key at later starts', () => {
    const told = greeting({ url, newAdminKey: null, isEmbedded: true }, settings);
    expect(told).toContain('"Authorization: Bearer $(cat .stageline/admin-key)"');
    expect(told).not.toContain('Your admin key');
  });

  it('says where to find a service at another port', () => {
    const at = (address: string) => greeting({ url: address, newAdminKey: null, isEmbedded: true }, settings);
    expect(at('http://127.0.0.1:4000')).toContain('    STAGELINE_URL=http://127.0.0.1:4000 npm run demo ');
    expect(at(url)).toContain('    npm run demo ');
  });

  it('shows a variable where the key is known to whoever keeps it', () => {
    const told = greeting({ url, newAdminKey: null, isEmbedded: false }, settings);
    expect(told).toContain('"Authorization: Bearer $STAGELINE_KEY"');
  });

  it.each(['0.0.0.0', '::'])('says that %s is open to the network', (host) => {
    const service = { url, newAdminKey: null, isEmbedded: false };
    expect(greeting(service, { ...settings, host })).toContain('to the network, without TLS');
    expect(greeting(service, settings)).not.toContain('to the network');
  });

  it('says what a process does that does not listen', () => {
    const told = greeting({ url: null, newAdminKey: null, isEmbedded: false }, { ...settings, roles: ['sealer'] });
    expect(told).toContain('works as sealer');
    expect(told).not.toContain('curl');
  });
});
