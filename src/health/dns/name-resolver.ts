import { Resolver } from 'node:dns/promises';
import { BoundedMap } from '../../async/bounded-map.ts';
import { type Clock, systemClock } from '../../clock.ts';
import { type FamilyAnswer, type LookupFailure, readFailure, readRecords } from './dns-answer.ts';
import { HostsFile } from './hosts-file.ts';

/** The limits of one query: c-ares waits 1 s for the first try and about 2 s for the second. */
const QUERY_LIMITS = { timeout: 1000, tries: 2 };
/** Bounds of the time that an answer is remembered, seconds; a failure gets the lower one. */
const MIN_TTL_SECONDS = 5;
const MAX_TTL_SECONDS = 60;
/** Most names remembered. */
const MAX_REMEMBERED = 10_000;
/** Most addresses kept of one name. */
const MAX_ADDRESSES = 128;
/**
 * How long one family's addresses wait for the other family's, milliseconds: the Resolution Delay
 * (RFC 8305, section 3). Name servers exist that never answer for IPv6 (RFC 4074, section 4.1).
 */
const RESOLUTION_DELAY_MS = 50;
/**
 * How long an answer shows that the name servers are up, milliseconds: an invocation of a minute
 * may work with the target's addresses that were asked for up to a minute before it.
 */
const LATELY_MS = 120_000;

/** All addresses of a name, IPv4 first, each once; or why there are none. */
export type LookupAnswer =
  | { readonly addresses: readonly string[] }
  | { readonly failure: LookupFailure };

/** Turns host names into addresses. */
export interface NameResolver {
  /** True when a query was answered lately, if only with the answer that there is no such name. */
  readonly isAnswering: boolean;
  /** Looks up a host name, not an address literal. Never rejects; silence is `dns_timeout`. */
  resolve(name: string): Promise<LookupAnswer>;
}

/**
 * The failure for a name that was not answered in time. The name is blamed when others were
 * answered lately: name servers that answer nothing are down, which no proxy causes.
 */
export function silenceFailure({
  isAnswering,
}: Pick<NameResolver, 'isAnswering'>): 'dns_timeout' | 'resolver_unavailable' {
  return isAnswering ? 'dns_timeout' : 'resolver_unavailable';
}

export interface DnsResolverOptions {
  /** Name servers, `address` or `address:port`. @default those of the system */
  readonly servers?: readonly string[];
  /** @default /etc/hosts */
  readonly hostsPath?: string;
  readonly clock?: Clock;
}

type FamilyAnswers = readonly [ipv4: Promise<FamilyAnswer>, ipv6: Promise<FamilyAnswer>];

interface Remembered {
  answer: Promise<LookupAnswer>;
  /** On the monotonic clock, milliseconds. */
  until: number;
}

/**
 * Asks the name servers itself, through c-ares: the system's `getaddrinfo` runs on four threads,
 * where a few dead names hold up all others. The hosts file comes first, as usual. A and AAAA are
 * asked for together. Concurrent look-ups of one name share their queries, and answers are
 * remembered for their time to live.
 */
export class DnsResolver implements NameResolver {
  readonly #resolver = new Resolver(QUERY_LIMITS);
  readonly #hosts: HostsFile;
  readonly #clock: Clock;
  readonly #remembered = new BoundedMap<string, Remembered>(MAX_REMEMBERED);
  #answeredAt = Number.NEGATIVE_INFINITY;

  constructor({ servers, hostsPath = '/etc/hosts', clock = systemClock }: DnsResolverOptions = {}) {
    if (servers) this.#resolver.setServers(servers);
    this.#hosts = new HostsFile(hostsPath);
    this.#clock = clock;
  }

  get isAnswering(): boolean {
    return this.#clock.monotonic() - this.#answeredAt <= LATELY_MS;
  }

  resolve(name: string): Promise<LookupAnswer> {
    const key = name.toLowerCase();
    const now = this.#clock.monotonic();
    const known = this.#remembered.get(key);
    if (known && now < known.until) return known.answer;
    const listed = this.#hosts.lookup(key, now);
    if (listed) return Promise.resolve({ addresses: listed });
    const answers = [this.#query('resolve4', key), this.#query('resolve6', key)] as const;
    const entry = { answer: answerSoon(answers), until: Number.POSITIVE_INFINITY };
    this.#remembered.set(key, entry);
    void this.#complete(entry, answers);
    return entry.answer;
  }

  /** Asks for the addresses of one family. */
  async #query(type: 'resolve4' | 'resolve6', name: string): Promise<FamilyAnswer> {
    const answer = await this.#resolver[type](name, { ttl: true }).then(readRecords, readFailure);
    if (answer.isFromServer) this.#answeredAt = this.#clock.monotonic();
    return answer;
  }

  /** Remembers the addresses of both families, once both have been asked for. */
  async #complete(entry: Remembered, answers: FamilyAnswers): Promise<void> {
    const complete = await Promise.all(answers);
    const ttls = complete.flatMap(({ ttlSeconds }) => ttlSeconds ?? []);
    const ttl = ttls.length === 0 ? 0 : Math.min(MAX_TTL_SECONDS, ...ttls);
    entry.answer = Promise.resolve(combine(...complete));
    entry.until = this.#clock.monotonic() + Math.max(MIN_TTL_SECONDS, ttl) * 1000;
  }
}

/** The answer for both families, or after a short wait that for the one which has addresses. */
async function answerSoon(answers: FamilyAnswers): Promise<LookupAnswer> {
  const both = Promise.all(answers);
  const { addresses } = await Promise.race(answers);
  const complete = addresses.length === 0 ? await both : await orNull(both, RESOLUTION_DELAY_MS);
  return complete ? combine(...complete) : { addresses };
}

function orNull<T>(promise: Promise<T>, waitMs: number): Promise<T | null> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, waitMs, null);
    void promise.then((value) => {
      clearTimeout(timer);
      resolve(value);
    });
  });
}

function combine(ipv4: FamilyAnswer, ipv6: FamilyAnswer): LookupAnswer {
  const addresses = [...new Set([...ipv4.addresses, ...ipv6.addresses])].slice(0, MAX_ADDRESSES);
  if (addresses.length > 0) return { addresses };
  return { failure: ipv4.failure ?? ipv6.failure ?? 'dns_not_found' };
}
