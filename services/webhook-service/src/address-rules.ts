import ipaddr from 'ipaddr.js';

/** Whether a webhook may be at this IP address. */
export type AddressRule = (address: string) => boolean;

/** RFC 4291: everything that is routed in public is in here, and what is not in here is not. */
const GLOBAL_UNICAST = ipaddr.IPv6.parse('2000::');
const GLOBAL_UNICAST_BITS = 3;
const OWN_NETWORKS = new Set(['loopback', 'private', 'uniqueLocal']);

/**
 * Allows addresses of the public internet alone: none of this machine, of private and carrier networks, of links (where clouds keep their
 * metadata), nor any that is reserved, multicast or a way to another one (mapped, 6to4, Teredo, NAT64). By IANA's registries of
 * special-purpose addresses, as ipaddr.js has them.
 * @param isPrivateAllowed this machine and private networks as well; links never.
 */
export function addressRule(isPrivateAllowed: boolean): AddressRule {
  return (address) => {
    // An IPv4 address written as IPv6 is judged as what it is.
    const parsed = ipaddr.process(address);
    const range = parsed.range();
    if (isPrivateAllowed && OWN_NETWORKS.has(range)) return true;
    return (
      range === 'unicast' && (!(parsed instanceof ipaddr.IPv6) || parsed.match(GLOBAL_UNICAST, GLOBAL_UNICAST_BITS))
    );
  };
}
