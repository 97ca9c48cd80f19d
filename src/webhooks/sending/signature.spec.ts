import { describe, expect, it } from '@jest/globals';
import { signedHeaders } from './signature.js';

// Made with openssl: printf 'msg_1.1674087231.{"a":"ä"}' | openssl dgst -sha256 -mac HMAC -macopt hexkey:<32 bytes of 07 and of 08> -binary | base64
const message = { id: 'msg_1', timestamp: 1_674_087_231, body: '{"a":"ä"}' };
const secrets = [7, 8].map((byte) => `whsec_${Buffer.alloc(32, byte).toString('base64')}`);

describe('the headers of a message', () => {
  it('are the id, the time in seconds, and a signature that others compute too', () => {
    expect(signedHeaders(message, secrets.slice(0, 1))).toEqual({
      'webhook-id': 'msg_1',
      'webhook-timestamp': '1674087231',
      'webhook-signature': 'v1,stc72xpMuH6RLVKVvsqC71C5wYWhOKZU3aD6233QCRQ=',
    });
  });

  it('have a signature by each secret that counts', () => {
    expect(signedHeaders(message, secrets)['webhook-signature']).toBe(
      'v1,stc72xpMuH6RLVKVvsqC71C5wYWhOKZU3aD6233QCRQ= v1,Z1u90Kiqnv3eg71DpqZ9Fp4f98O5OiTXYQXXjmqyGqw=',
    );
  });
});
