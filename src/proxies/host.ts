import { isIPv4, isIPv6 } from 'node:net';
import { domainToASCII } from 'node:url';
import { type Rejection, RejectionReason, reject, UNUSABLE_CHARACTERS } from './rejection.ts';

/** RFC 1035, section 2.3.4, without the trailing dot. */
const MAX_NAME_LENGTH = 253;
/** Labels of 1 to 63 characters (RFC 1123, section 2.1); gateways' names have underscores too. */
const ASCII_NAME =
  /^(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?\.)*[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?$/;
/** "Ends in a number" in the WHATWG URL standard: such a host is an IPv4 address or invalid. */
const NUMERIC_LAST_LABEL = /(?:^|\.)(?:\d+|0x[0-9a-f]*)$/;
const NON_ASCII = /\P{ASCII}/u;

/**
 * The canonical form of a host as written in a list: a canonical IPv4 or IPv6 literal without
 * brackets, or a lower-case IDNA name without the trailing dot.
 *
 * @param text an IPv6 literal without its brackets
 */
export function parseHost(text: string): string | Rejection {
  if (isIPv4(text)) return text;
  if (text.includes(':')) return parseIpv6(text);
  const name = toAsciiName(text);
  if (NUMERIC_LAST_LABEL.test(name)) return refuseNumeric(name);
  if (name.length <= MAX_NAME_LENGTH && ASCII_NAME.test(name)) return name;
  if (text === '') return reject(RejectionReason.invalidHost, 'the host is missing');
  return reject(
    RejectionReason.invalidHost,
    'the host is neither an IP address nor a host name; a name has at most 253 characters, in labels of 1 to 63 letters, digits and hyphens',
  );
}

function parseIpv6(text: string): string | Rejection {
  if (!isIPv6(text) || text.includes('%')) {
    return reject(RejectionReason.invalidAddress, 'the host has colons but is not an IPv6 address');
  }
  return new URL(`http://[${text}]/`).hostname.slice(1, -1);
}

function toAsciiName(text: string): string {
  const lower = text.toLowerCase();
  const name = lower.endsWith('.') ? lower.slice(0, -1) : lower;
  if (!NON_ASCII.test(name)) return name;
  return UNUSABLE_CHARACTERS.test(name) ? '' : domainToASCII(name);
}

// What stands for the host may be the end of a password, so neither says it again.
const UNUSUAL_SPELLING = reject(
  RejectionReason.notCanonical,
  'the host is an unusual spelling of an IPv4 address; write four decimal numbers, such as 192.0.2.1',
);
const NUMERIC_NAME = reject(
  RejectionReason.invalidAddress,
  'the host is not an IPv4 address, and a name cannot end in a number',
);

/** Old spellings that some resolvers still read as an address, and numbers that are not one. */
function refuseNumeric(name: string): Rejection {
  return URL.canParse(`http://${name}/`) ? UNUSUAL_SPELLING : NUMERIC_NAME;
}
