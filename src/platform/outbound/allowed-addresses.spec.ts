import { describe, expect, it } from '@jest/globals';
import { type AllowedHosts, isPublicAddress, requireAllowedUrl } from './allowed-addresses.js';

describe('an address', () => {
  it.each(['8.8.8.8', '1.1.1.1', '172.15.255.255', '172.32.0.1', '192.167.1.1', '100.63.255.255', '223.255.255.255'])(
    'is on the public internet: %s',
    (address) => {
      expect(isPublicAddress(address)).toBe(true);
    },
  );

  it.each(['2606:4700:4700::1111', '2a00:1450:4001::200e', '2620:fe::fe'])(
    'is on the public internet: %s',
    (address) => {
      expect(isPublicAddress(address)).toBe(true);
    },
  );

  it.each([
    '0.0.0.0',
    '168.63.129.16',
    '169.254.169.254',
    '100.100.100.200',
    '100.64.0.1',
    '198.19.0.1',
    '240.0.0.1',
    '::',
    '::1',
    '::ffff:8.8.8.8',
    '::ffff:169.254.169.254',
    '64:ff9b::a9fe:a9fe',
    'fd00:ec2::254',
    'fec0::1',
    '2001::1',
    '2001:db8::1',
  ])('is not: %s', (address) => {
    expect(isPublicAddress(address)).toBe(false);
  });

  it.each(['', 'localhost', '1.2.3', 'fe80::1%eth0'])('is not where it is none: %s', (text) => {
    expect(isPublicAddress(text)).toBe(false);
  });
});

describe('a URL that is to be kept', () => {
  const checked = (url: string, allowed: AllowedHosts = []) => requireAllowedUrl(new URL(url), allowed);

  it.each(['http://localhost/', 'http://127.0.0.1/', 'http://2130706433/', 'http://[::1]/', 'http://10.0.0.1/'])(
    'is refused where it leads inside: %s',
    async (url) => {
      await expect(checked(url)).rejects.toThrow('is not on the public internet');
    },
  );

  it('is refused where it leads nowhere', async () => {
    await expect(checked('http://nowhere.invalid/')).rejects.toThrow(/^nowhere\.invalid leads nowhere: /);
  });

  it('is kept where it is public, or the operator allows it', async () => {
    await checked('https://8.8.8.8/');
    await checked('http://localhost/', ['localhost']);
    await checked('http://[::1]/', ['::1']);
    await checked('http://anything.invalid/', 'all');
  });
});
