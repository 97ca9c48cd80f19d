import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { SOFTWARE_VERSION } from './software-version.js';

describe('the software version', () => {
  it('is the one in package.json', () => {
    const manifest = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
      version: string;
    };
    expect(SOFTWARE_VERSION).toBe(manifest.version);
  });
});
