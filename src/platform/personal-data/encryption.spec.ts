import { describe, expect, it } from '@jest/globals';
import { decrypt, encrypt, newPersonKey, opened } from './encryption.js';

const robin = 'person-1';
const key = newPersonKey();
const name = encrypt(key, robin, 'name', 'Robin');

describe('an encrypted field', () => {
  it.each(['Robin', '', 'Zoë 🐦', ['https://example.org'], { a: [1, null] }, null])(
    'opens to what it was: %j',
    (value) => {
      const stored = JSON.parse(JSON.stringify(encrypt(key, robin, 'name', value))) as ReturnType<typeof encrypt>;
      expect(decrypt(key, robin, 'name', stored)).toEqual(value);
    },
  );

  it('opens as it was first written, made without this code: the form is in timelines for good', () => {
    const frozen = {
      encrypted: 'A256GCM',
      iv: 'CQkJCQkJCQkJCQkJ',
      tag: 'eam08KiVJHHfwQP236pTkQ',
      ciphertext: 'Bd_rVxXQhwDJELxdh57LuqaS',
    } as const;
    const person = '0192d1a0-0000-7000-8000-000000000001';
    expect(decrypt(Buffer.alloc(32, 7), person, 'name', frozen)).toBe('Zoë Fairweather');
  });

  it('shows nothing of what it was, and is another each time', () => {
    const again = encrypt(key, robin, 'name', 'Robin');
    expect(JSON.stringify(name)).not.toContain('Robin');
    expect([again.iv, again.ciphertext, again.tag]).not.toEqual([name.iv, name.ciphertext, name.tag]);
  });

  const changed = Buffer.from(name.ciphertext, 'base64url').map((byte, index) => (index === 0 ? byte ^ 1 : byte));
  it.each([
    ['for another person', key, 'person-2', 'name', name],
    ['as another field', key, robin, 'email', name],
    ['with another key', newPersonKey(), robin, 'name', name],
    ['changed', key, robin, 'name', { ...name, ciphertext: Buffer.from(changed).toString('base64url') }],
    ['with another iv', key, robin, 'name', { ...name, iv: encrypt(key, robin, 'name', '').iv }],
    ['with a tag cut short', key, robin, 'name', { ...name, tag: name.tag.slice(0, 6) }],
  ] as const)('does not open %s', (_how, withKey, person, field, stored) => {
    expect(() => decrypt(withKey, person, field, stored)).toThrow(/does not open/);
  });
});

describe('a person’s record', () => {
  const record = { id: robin, name, email: null, external_id: 'ats-7' };

  it('is opened field by field', () => {
    const keys = new Map([[robin, key]]);
    expect(opened(keys, robin, record)).toEqual({ ...record, name: 'Robin', erased: false });
  });

  it('has only what is not personal once the key is gone', () => {
    const others = new Map([['person-2', newPersonKey()]]);
    expect(opened(others, robin, record)).toEqual({ ...record, name: null, erased: true });
  });
});
