import {
  DnsResolver,
  type LookupAnswer,
  type NameResolver,
} from '../../../health/dns/name-resolver.ts';

/**
 * A resolver of one thread that hears whether the name servers answer the others: a lone silent
 * name is then the proxy's fault in each of them, as it would be in one thread.
 */
export class SharedResolver implements NameResolver {
  readonly #own = new DnsResolver();
  /** Whether another thread has been answered lately. */
  othersAreAnswered = false;

  get isAnswering(): boolean {
    return this.#own.isAnswering || this.othersAreAnswered;
  }

  /** Whether this thread has been answered lately. */
  get isAnsweringHere(): boolean {
    return this.#own.isAnswering;
  }

  resolve(name: string): Promise<LookupAnswer> {
    return this.#own.resolve(name);
  }
}
