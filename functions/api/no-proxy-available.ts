import { NoProxyAvailableError } from '../../src/errors.ts';
import type { LeaseWish } from './request/lease-schemas.ts';

/** Says which proxies were asked for, and what else to ask for. */
export function noProxyAvailable(
  poolName: string,
  wish: Omit<LeaseWish, 'consumer'>,
): NoProxyAvailableError {
  const { filters, allowSlow, allowUnknown, notBlockedOn } = wish;
  const statuses = ['active', ...(allowSlow ? ['slow'] : []), ...(allowUnknown ? ['unknown'] : [])];
  const narrowed = Object.keys(filters).length > 0;
  const asked = [
    `pool "${poolName}" has no free proxy that is ${statuses.join(' or ')}`,
    ...(narrowed ? [`fits ${JSON.stringify(filters)}`] : []),
    ...(notBlockedOn === undefined ? [] : [`is not blocked on ${notBlockedOn}`]),
  ];
  const remedies = [
    ...(narrowed ? ['ask for less in filters'] : []),
    ...(allowSlow ? [] : ['take slow ones too (allowSlow)']),
    ...(allowUnknown ? [] : ['take ones never probed too (allowUnknown)']),
    'sweep the pool',
    'or wait until a lease ends',
  ];
  return new NoProxyAvailableError(`${asked.join(' and ')}; ${remedies.join(', ')}`);
}
