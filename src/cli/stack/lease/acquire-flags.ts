import { hostname, userInfo } from 'node:os';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { SELECTORS } from '../../../leases/acquire/selectors.ts';
import { integerOption } from '../../check/flag-parsers.ts';
import type { StackFlags } from '../client/find-stack.ts';

/** The flags that say which proxy to lease, for whom and for how long. */
export interface AcquireFlags extends StackFlags {
  readonly consumer?: string;
  readonly seconds?: number;
  readonly country?: string;
  readonly city?: string;
  readonly isp?: string;
  readonly asn?: number;
  readonly source?: string;
  readonly protocol?: string;
  readonly near?: Place;
  readonly radiusKm?: number;
  readonly maxLatencyMs?: number;
  readonly verifiedWithinS?: number;
  readonly selector?: string;
  readonly allowSlow?: true;
  readonly allowUnknown?: true;
  readonly notBlockedOn?: string;
}

interface Place {
  readonly latitude: number;
  readonly longitude: number;
}

/** The longest name of a consumer, characters. */
const MAX_CONSUMER = 128;

const CONSUMER_GROUP = 'Who leases, and for how long:';

/** Creates the option that makes acquiring safe to repeat. */
export function idempotencyKeyOption(): Option {
  const about = 'a request repeated with the same key gets the same lease';
  return new Option('--idempotency-key <key>', about).argParser(parseKey).helpGroup(CONSUMER_GROUP);
}

/** Adds the flags of `AcquireFlags`. */
export function addAcquireFlags(command: Command): Command {
  return command
    .optionsGroup(CONSUMER_GROUP)
    .option('--consumer <name>', 'who holds the proxy (default: USER@HOST)')
    .addOption(integerOption('--seconds <n>', 'how long the lease lasts, 1-86400 (300)'))
    .optionsGroup('Which proxy:')
    .option('--country <code>', 'ISO 3166-1 alpha-2')
    .option('--city <name>')
    .option('--isp <name>')
    .addOption(integerOption('--asn <n>', 'autonomous system number'))
    .option('--source <name>', 'source named in its list')
    .option('--protocol <name>', 'http, https, socks4 or socks5')
    .addOption(new Option('--near <lat,lon>', 'centre of --radius-km').argParser(parsePlace))
    .addOption(new Option('--radius-km <km>', 'distance from --near').argParser(parseNumber))
    .addOption(integerOption('--max-latency-ms <ms>', 'its newest probe took no longer'))
    .addOption(integerOption('--verified-within-s <s>', 'its newest probe succeeded this recently'))
    .option('--not-blocked-on <host>', 'no recent report says that this target blocks it')
    .option('--allow-slow', 'accept slow proxies too')
    .option('--allow-unknown', 'accept proxies that were never probed too')
    .addOption(
      new Option('--selector <name>', 'how to choose among those that match (random)').choices(
        Object.keys(SELECTORS),
      ),
    );
}

/** Turns the flags into the body of the request. */
export function toLeaseWish(flags: AcquireFlags) {
  const { consumer, seconds, selector, allowSlow, allowUnknown, notBlockedOn } = flags;
  const { country, city, isp, asn, source, protocol, near, radiusKm, maxLatencyMs } = flags;
  const asked = { country, city, isp, asn, source, protocol, ...near, radiusKm, maxLatencyMs };
  return {
    consumer: consumer ?? defaultConsumer(),
    leaseSeconds: seconds,
    filters: { ...asked, verifiedWithinSeconds: flags.verifiedWithinS },
    selector,
    allowSlow,
    allowUnknown,
    notBlockedOn,
  };
}

/** `user@host`, without characters that cannot be printed. */
function defaultConsumer(): string {
  const text = `${userName()}@${hostname()}`.replace(/[\p{C}\p{Zl}\p{Zp}]/gu, '');
  return [...text].slice(0, MAX_CONSUMER).join('');
}

function userName(): string {
  try {
    return userInfo().username;
  } catch {
    // A container may run under an id without a name.
    return `user-${process.getuid?.() ?? 'unknown'}`;
  }
}

/** Accepts printable ASCII: the key is sent in a header (RFC 9110, section 5.5). */
function parseKey(text: string): string {
  if (/^[ -~]{1,128}$/.test(text)) return text;
  throw new InvalidArgumentError('Give 1 to 128 printable ASCII characters.');
}

function parsePlace(text: string): Place {
  const [latitude, longitude, ...more] = text.split(',');
  if (latitude === undefined || longitude === undefined || more.length > 0) {
    throw new InvalidArgumentError('Give two numbers separated by a comma, as in 59.3,18.1.');
  }
  return { latitude: parseNumber(latitude), longitude: parseNumber(longitude) };
}

function parseNumber(text: string): number {
  if (/^\s*-?\d+(\.\d+)?\s*$/.test(text)) return Number(text);
  throw new InvalidArgumentError('Give a number, as in 59.3.');
}
