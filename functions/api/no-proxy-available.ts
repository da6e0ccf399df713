import { NoProxyAvailableError } from '../../src/errors.ts';
import type { LeaseWish } from './lease-schemas.ts';

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
    ...(allowSlow ? [] : ['allowSlow']),
    ...(allowUnknown ? [] : ['allowUnknown, for what was never probed']),
    'sweep the pool',
    'try again when a lease has ended',
  ];
  return new NoProxyAvailableError(`${asked.join(' and ')}; try: ${remedies.join(', ')}`);
}
