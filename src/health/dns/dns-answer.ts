import type { RecordWithTtl } from 'node:dns';

/** What kept a name from being resolved. */
export type LookupFailure =
  | 'dns_not_found'
  | 'dns_failed'
  | 'dns_timeout'
  | 'resolver_unavailable'
  | 'out_of_resources';

/** The answer to a query for the addresses of one family. */
export interface FamilyAnswer {
  readonly addresses: readonly string[];
  /** The shortest time to live among the records; undefined when there are none. */
  readonly ttlSeconds?: number;
  /** Undefined when there are addresses, and when the name exists but has none of this family. */
  readonly failure?: LookupFailure;
  /** False for silence and for what went wrong before a name server could answer. */
  readonly isFromServer: boolean;
}

/** The name cannot be asked for, so no name server was. */
const BAD_NAME = 'EBADNAME';
/** The name exists, but not with an address of this family. */
const NO_DATA = 'ENODATA';

/** Reads the records that answer a query. */
export function readRecords(records: readonly RecordWithTtl[]): FamilyAnswer {
  return {
    addresses: records.map(({ address }) => address),
    ttlSeconds: Math.min(...records.map(({ ttl }) => ttl)),
    isFromServer: true,
  };
}

/** Reads the error that a query ended with. */
export function readFailure(error: unknown): FamilyAnswer {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (code === NO_DATA) return { addresses: [], isFromServer: true };
  const failure = lookupFailureOf(code);
  const isAnswer = failure === 'dns_not_found' || failure === 'dns_failed';
  return { addresses: [], failure, isFromServer: isAnswer && code !== BAD_NAME };
}

/** The failure for a c-ares code, as listed under "Error codes" in Node's `dns` documentation. */
export function lookupFailureOf(code: string): LookupFailure {
  switch (code) {
    case 'ENOTFOUND':
    case NO_DATA:
    case BAD_NAME:
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
