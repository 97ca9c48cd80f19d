import { createHmac } from 'node:crypto';

/** What is signed: the id of the message, when this attempt was made (Unix seconds), and the body byte for byte. */
export type Signed = Readonly<{ id: string; timestamp: number; body: string }>;

/**
 * The headers of a message, each secret's signature among them. Source: Standard Webhooks 1.0.0, "Signature scheme"
 * (https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md), whose libraries verify them.
 */
export function signedHeaders(message: Signed, secrets: readonly string[]): Readonly<Record<string, string>> {
  return {
    'webhook-id': message.id,
    'webhook-timestamp': String(message.timestamp),
    'webhook-signature': secrets.map((secret) => `v1,${signature(message, secret)}`).join(' '),
  };
}

/** HMAC-SHA256, in base64, with what follows `whsec_` as the key. */
function signature({ id, timestamp, body }: Signed, secret: string): string {
  const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64');
  return createHmac('sha256', key)
    .update(`${id}.${String(timestamp)}.${body}`)
    .digest('base64');
}
