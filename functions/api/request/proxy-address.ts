import { NotFoundError } from '../../../src/errors.ts';
import { parsePoolName } from '../../../src/sweeps/pool-name.ts';
import type { ApiRequest } from './request.ts';

/**
 * The pool and the proxy a path names.
 *
 * @throws {InvalidInputError} for what cannot be the name of a pool
 * @throws {NotFoundError} for what has not the form of a proxy id, and so names no proxy
 */
export function addressOf({ params }: ApiRequest): { readonly pool: string; readonly id: string } {
  const id = params.id ?? '';
  if (!/^[0-9a-f-]{36}$/.test(id)) {
    throw new NotFoundError(`there is no proxy ${JSON.stringify(id.slice(0, 80))}`);
  }
  return { pool: parsePoolName(params.pool ?? ''), id };
}
