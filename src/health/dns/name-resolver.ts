import { Resolver } from 'node:dns/promises';
import { BoundedMap } from '../../async/bounded-map.ts';
import { type Clock, systemClock } from '../../clock.ts';
import { HostsFile } from './hosts-file.ts';

/** The limits of one query: c-ares waits 1 s for the first try and about 2 s for the second. */
const QUERY_LIMITS = { timeout: 1000, tries: 2 };
/** Bounds of the time that an answer is remembered, seconds; a failure gets the lower one. */
const MIN_TTL_SECONDS = 5;
const MAX_TTL_SECONDS = 60;
/** Most names remembered. */
const MAX_REMEMBERED = 10_000;

/** What kept a name from being resolved. */
export type LookupFailure =
  | 'dns_not_found'
  | 'dns_failed'
  | 'dns_timeout'
  | 'resolver_unavailable'
  | 'out_of_resources';

/** All addresses of a name, IPv4 preferred; or why there are none. */
export type LookupAnswer =
  | { readonly addresses: readonly string[] }
  | { readonly failure: LookupFailure };

/** Turns host names into addresses. */
export interface NameResolver {
  /** Queries answered so far, including those with the answer that there is no such name. */
  readonly answered: number;
  /** Looks up a host name, not an address literal. Never rejects. */
  resolve(name: string): Promise<LookupAnswer>;
}

/**
 * The failure for a name that was not answered in time. The name is blamed only when others were
 * answered at the same time: name servers that answer nothing are down, which no proxy causes.
 */
export function silenceFailure(
  resolver: Pick<NameResolver, 'answered'>,
  answeredBefore: number,
): 'dns_timeout' | 'resolver_unavailable' {
  return resolver.answered > answeredBefore ? 'dns_timeout' : 'resolver_unavailable';
}

export interface DnsResolverOptions {
  /** Name servers, `address` or `address:port`. @default those of the system */
  readonly servers?: readonly string[];
  /** @default /etc/hosts */
  readonly hostsPath?: string;
  readonly clock?: Clock;
}

/**
 * Asks the name servers itself, through c-ares: the system's `getaddrinfo` runs on four threads,
 * where a few dead names hold up all others. The hosts file comes first, as usual. Concurrent
 * look-ups of one name share one query, and answers are remembered for their time to live.
 */
export class DnsResolver implements NameResolver {
  readonly #resolver = new Resolver(QUERY_LIMITS);
  readonly #hosts: HostsFile;
  readonly #clock: Clock;
  readonly #remembered = new BoundedMap<string, { answer: Promise<LookupAnswer>; until: number }>(
    MAX_REMEMBERED,
  );
  #answered = 0;

  constructor({ servers, hostsPath = '/etc/hosts', clock = systemClock }: DnsResolverOptions = {}) {
    if (servers) this.#resolver.setServers(servers);
    this.#hosts = new HostsFile(hostsPath);
    this.#clock = clock;
  }

  get answered(): number {
    return this.#answered;
  }

  resolve(name: string): Promise<LookupAnswer> {
    const key = name.toLowerCase();
    const now = this.#clock.monotonic();
    const known = this.#remembered.get(key);
    if (known && now < known.until) return known.answer;
    const listed = this.#hosts.lookup(key, now);
    if (listed) return Promise.resolve({ addresses: listed });
    const entry = { answer: this.#ask(key), until: Number.POSITIVE_INFINITY };
    this.#remembered.set(key, entry);
    return entry.answer;
  }

  async #ask(name: string): Promise<LookupAnswer> {
    let ttlSeconds = MIN_TTL_SECONDS;
    const answeredBefore = this.#answered;
    try {
      const records = await this.#query(name);
      this.#answered++;
      ttlSeconds = Math.min(MAX_TTL_SECONDS, ...records.map(({ ttl }) => ttl));
      return { addresses: records.map(({ address }) => address) };
    } catch (error) {
      return { failure: this.#classify(error, answeredBefore) };
    } finally {
      const entry = this.#remembered.get(name);
      const lifeMs = Math.max(MIN_TTL_SECONDS, ttlSeconds) * 1000;
      if (entry) entry.until = this.#clock.monotonic() + lifeMs;
    }
  }

  /** IPv6 is asked for only when there is no IPv4, so that most names need one query. */
  async #query(name: string): Promise<readonly { address: string; ttl: number }[]> {
    try {
      return await this.#resolver.resolve4(name, { ttl: true });
    } catch (error) {
      if (codeOf(error) !== 'ENODATA') throw error;
      return await this.#resolver.resolve6(name, { ttl: true });
    }
  }

  #classify(error: unknown, answeredBefore: number): LookupFailure {
    const failure = lookupFailureOf(codeOf(error));
    if (failure === 'dns_timeout') return silenceFailure(this, answeredBefore);
    if (failure === 'dns_not_found' || failure === 'dns_failed') this.#answered++;
    return failure;
  }
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : '';
}

/** The failure for a c-ares code, as listed under "Error codes" in Node's `dns` documentation. */
export function lookupFailureOf(code: string): LookupFailure {
  switch (code) {
    case 'ENOTFOUND':
    case 'ENODATA':
    case 'EBADNAME':
      return 'dns_not_found';
    case 'ETIMEOUT':
    case 'ECANCELLED':
      return 'dns_timeout';
    case 'EMFILE':
    case 'ENFILE':
    case 'ENOBUFS':
    case 'ENOMEM':
    case 'EAI_MEMORY':
      return 'out_of_resources';
    case 'ECONNREFUSED':
    case 'EREFUSED':
    case 'EFILE':
    case 'EDESTRUCTION':
    case 'ENOTINITIALIZED':
    case 'ELOADIPHLPAPI':
    case 'EADDRGETNETWORKPARAMS':
    case 'ENOTIMP':
      return 'resolver_unavailable';
    default:
      return 'dns_failed';
  }
}
