import { describe, expect, it } from '@jest/globals';
import { isPublicAddress } from './allowed-addresses.js';

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
    '100.64.0.1',
    '198.19.0.1',
    '240.0.0.1',
    '::',
    '::1',
    '::ffff:8.8.8.8',
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
