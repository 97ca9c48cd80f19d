import { refuse } from '../kernel/domain-error.js';
import { invalidInput } from '../platform/http/invalid-input.js';
import { type AllowedHosts, requireAllowedUrl } from '../platform/outbound/allowed-addresses.js';
import { OutboundRefusal } from '../platform/outbound/outbound-refusal.js';

/** The nest token of the hosts that may be called though they are not on the public internet. */
export const ALLOWED_HOSTS = Symbol('ALLOWED_HOSTS');

/**
 * Reads where a webhook is to be sent.
 *
 * @throws DomainError `invalid-input` for what is no such URL, `webhook-url-refused` for one that may not be called, or leads nowhere
 */
export async function receiverUrl(text: string, allowed: AllowedHosts): Promise<URL> {
  const url = URL.parse(text);
  if (url === null || !['http:', 'https:'].includes(url.protocol)) throw wrong('must be an http or https URL.');
  if (url.username !== '' || url.password !== '')
    throw wrong(
      'must hold no user and no password: what is sent is signed, and a path may be as long as it has to be.',
    );
  if (url.hash !== '') throw wrong('must hold no fragment: it would not be sent.');
  await requireAllowedUrl(url, allowed).catch((error: unknown) => {
    throw error instanceof OutboundRefusal ? refuse('webhook-url-refused', error.message) : error;
  });
  return url;
}

function wrong(detail: string) {
  return invalidInput([{ pointer: '/url', detail }]);
}
