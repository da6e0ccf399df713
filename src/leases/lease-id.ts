import { randomBytes } from 'node:crypto';
import { InvalidInputError } from '../errors.ts';
import { UUID_PATTERN } from '../uuid.ts';

/** 128 random bits: a lease id cannot be guessed. */
const TOKEN_BYTES = 16;

const STORED_ID = new RegExp(`^(?<proxyId>${UUID_PATTERN})\\.(?<token>[\\w-]{22})$`);
const SIGNED_ID = new RegExp(
  `^(?<proxyId>${UUID_PATTERN})\\.u\\.[0-9a-z]{1,11}\\.[0-9a-z]{1,11}\\.[\\w-]{1,700}\\.[\\w-]{1,32}\\.[\\w-]{43}$`,
);

/** What a lease id says by its form alone. */
export type LeaseIdParts =
  /** The lease is on the proxy's row. */
  | { readonly kind: 'stored'; readonly proxyId: string; readonly token: string }
  /** The lease of an unlimited proxy: everything is in the id, see `signed-lease.ts`. */
  | { readonly kind: 'signed'; readonly proxyId: string };

export function createLeaseToken(): string {
  return randomBytes(TOKEN_BYTES).toString('base64url');
}

export function formatLeaseId(proxyId: string, token: string): string {
  return `${proxyId}.${token}`;
}

/**
 * Reads a lease id. A lease id gives the right to its lease, so the error does not print the text.
 *
 * @throws {InvalidInputError} when the text cannot be a lease id
 */
export function parseLeaseId(text: string): LeaseIdParts {
  const stored = STORED_ID.exec(text)?.groups;
  if (stored) return { kind: 'stored', proxyId: stored.proxyId ?? '', token: stored.token ?? '' };
  const signed = SIGNED_ID.exec(text)?.groups;
  if (signed) return { kind: 'signed', proxyId: signed.proxyId ?? '' };
  const detail = 'must be a lease id as acquiring a proxy returns it';
  throw new InvalidInputError(`the lease id ${detail}`, [{ pointer: '/leaseId', detail }]);
}
