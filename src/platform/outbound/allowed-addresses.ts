/**
 * How a call is kept from the inside of the network it is made from.
 *
 * What a template's author writes as a URL, or an admin as a webhook, must not reach what only this machine or its network may ask: databases, other services, the
 * metadata of a cloud. The address itself is checked, and at the moment of connecting: a name may resolve to anything, and to something else
 * the next time. A URL that holds an address, however it is written, is not looked up, so it is checked beforehand. Hosts that the operator
 * names are let through.
 */
import { lookup, type LookupAddress } from 'node:dns';
import { BlockList, isIP, type LookupFunction } from 'node:net';
import { OutboundRefusal } from './outbound-refusal.js';

/** The hosts that may be called wherever they are: all of them, or those named (lower case, no port). */
export type AllowedHosts = 'all' | readonly string[];

/** Special-purpose blocks of the IANA registries (RFC 6890 and after), multicast, and what is reserved. */
const insideV4 = [
  ...['0.0.0.0/8', '10.0.0.0/8', '100.64.0.0/10', '127.0.0.0/8', '169.254.0.0/16', '172.16.0.0/12'],
  ...['192.0.0.0/24', '192.0.2.0/24', '192.88.99.0/24', '192.168.0.0/16', '198.18.0.0/15', '198.51.100.0/24'],
  ...['203.0.113.0/24', '224.0.0.0/4', '240.0.0.0/4'],
];

/** Given out like any other, and answered by the machine's own cloud: Azure tells its guests their secrets there. */
const metadataV4 = ['168.63.129.16/32'];

/** Within 2000::/3, which is all that is given out: what is for protocols, documentation, or holds an IPv4 address. */
const insideV6 = ['2001::/23', '2001:db8::/32', '2002::/16', '3fff::/20'];

const inside = blocks([...insideV4, ...metadataV4], 'ipv4', blocks(insideV6, 'ipv6'));
const givenOut = blocks(['2000::/3'], 'ipv6');

function blocks(subnets: readonly string[], family: 'ipv4' | 'ipv6', list = new BlockList()): BlockList {
  for (const subnet of subnets) {
    const [network = '', prefix] = subnet.split('/');
    list.addSubnet(network, Number(prefix), family);
  }
  return list;
}

/** Whether an address belongs to the public internet. IPv6 addresses that stand for an IPv4 one do not. */
export function isPublicAddress(address: string): boolean {
  const family = isIP(address);
  if (family === 4) return !inside.check(address, 'ipv4');
  return family === 6 && givenOut.check(address, 'ipv6') && !inside.check(address, 'ipv6');
}

/** Checks a URL whose host is an address; a name is checked when it is looked up. @throws OutboundRefusal */
export function requireAllowedHost({ hostname }: URL, allowed: AllowedHosts): void {
  const address = hostname.replace(/^\[|\]$/g, '');
  if (isIP(address) === 0 || isNamed(address, allowed) || isPublicAddress(address)) return;
  throw refusal(hostname, address);
}

/** Looks a name up for a connection; fails where any of its addresses may not be called. */
export function allowedLookup(allowed: AllowedHosts): LookupFunction {
  return (hostname, options, callback) => {
    lookup(hostname, { ...options, all: true }, (error, addresses) => {
      const failure = error ?? refusalOf(hostname, addresses, allowed);
      const [first] = failure === null ? addresses : [];
      if (failure !== null) callback(failure, []);
      else if (options.all === true || first === undefined) callback(null, addresses);
      else callback(null, first.address, first.family);
    });
  };
}

/**
 * Checks a URL before it is kept, a name by looking it up. It is checked again whenever it is called, for names change where they lead.
 *
 * @throws OutboundRefusal also for a name that leads nowhere
 */
export async function requireAllowedUrl(url: URL, allowed: AllowedHosts): Promise<void> {
  requireAllowedHost(url, allowed);
  const { hostname } = url;
  if (isIP(hostname.replace(/^\[|\]$/g, '')) !== 0 || isNamed(hostname, allowed)) return;
  await new Promise<void>((resolve, reject) => {
    allowedLookup(allowed)(hostname, { all: true }, (error) => {
      if (error === null) resolve();
      else
        reject(
          error instanceof OutboundRefusal
            ? error
            : new OutboundRefusal(`${hostname} leads nowhere: ${error.message}.`),
        );
    });
  });
}

function refusalOf(host: string, addresses: readonly LookupAddress[], allowed: AllowedHosts): OutboundRefusal | null {
  if (isNamed(host, allowed)) return null;
  const refused = addresses.find(({ address }) => !isPublicAddress(address));
  return refused === undefined ? null : refusal(host, refused.address);
}

function isNamed(host: string, allowed: AllowedHosts): boolean {
  return allowed === 'all' || allowed.includes(host.toLowerCase());
}

function refusal(host: string, address: string): OutboundRefusal {
  const where = host === address || host === `[${address}]` ? address : `${host}, at ${address},`;
  return new OutboundRefusal(
    `${where} is not on the public internet. Whoever runs the service may allow it: STAGELINE_HTTP_ALLOW_PRIVATE.`,
  );
}
