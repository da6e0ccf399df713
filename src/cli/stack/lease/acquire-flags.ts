import { hostname, userInfo } from 'node:os';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { SELECTORS } from '../../../leases/acquire/selectors.ts';
import { integerOption } from '../../check/flag-parsers.ts';
import type { StackFlags } from '../client/find-stack.ts';

/** Which proxy is wanted, by whom and for how long. */
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

/** A consumer's name may have as many characters. */
const MAX_CONSUMER = 128;

const WHO = 'Who leases, and for how long:';

/** Makes acquiring safe to repeat. */
export function idempotencyKeyOption(): Option {
  const about = 'asked again with it, the stack answers with the same lease';
  return new Option('--idempotency-key <key>', about).argParser(parseKey).helpGroup(WHO);
}

/** Adds them to a command. */
export function addAcquireFlags(command: Command): Command {
  return command
    .optionsGroup(WHO)
    .option('--consumer <name>', 'who holds the proxy (default: USER@HOST)')
    .addOption(integerOption('--seconds <n>', 'how long the lease lasts, 1-86400 (300)'))
    .optionsGroup('Which proxy:')
    .option('--country <code>', 'ISO 3166-1 alpha-2')
    .option('--city <name>')
    .option('--isp <name>')
    .addOption(integerOption('--asn <n>', 'autonomous system number'))
    .option('--source <name>', 'source its list names')
    .option('--protocol <name>', 'http, https, socks4 or socks5')
    .addOption(new Option('--near <lat,lon>', 'with --radius-km: around it').argParser(parsePlace))
    .addOption(new Option('--radius-km <km>', 'with --near').argParser(parseNumber))
    .addOption(integerOption('--max-latency-ms <ms>', 'its newest probe was no slower'))
    .addOption(integerOption('--verified-within-s <s>', 'its newest probe went well, that lately'))
    .option('--not-blocked-on <host>', 'nobody reported lately that this target blocks it')
    .option('--allow-slow', 'take slow ones as well')
    .option('--allow-unknown', 'take those that were never probed as well')
    .addOption(
      new Option('--selector <name>', 'which of those that fit (random)').choices(
        Object.keys(SELECTORS),
      ),
    );
}

/** The body of the request they stand for. */
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

/** `user@host`, as far as it is printable. */
function defaultConsumer(): string {
  const text = `${userName()}@${hostname()}`.replace(/[\p{C}\p{Zl}\p{Zp}]/gu, '');
  return [...text].slice(0, MAX_CONSUMER).join('');
}

function userName(): string {
  try {
    return userInfo().username;
  } catch {
    // Containers run under ids that have no name.
    return `user-${process.getuid?.() ?? 'unknown'}`;
  }
}

/** It travels in a header, where nothing else is safe (RFC 9110, section 5.5). */
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
