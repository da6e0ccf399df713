import { systemClock } from '../../clock.ts';
import { LighthouseError } from '../../errors.ts';
import { requireStackPackages } from '../../local/installation.ts';
import { DEFAULT_CLOCK_SKEW_MS } from '../../pools/quarantine.ts';
import type { ApiAddress } from '../stack/client/api-access.ts';
import { ApiClient } from '../stack/client/api-client.ts';
import { deployedStack, findApi, type StackFlags } from '../stack/client/find-stack.ts';
import type { Finding } from './check.ts';

/** How long an answer of the stack may take, ms; it has to read one pool. */
const ANSWER_TIMEOUT_MS = 10_000;

/** Tells whether what only a stack on this machine needs is installed. */
export function checkStackPackages(): Finding {
  const name = 'local stack';
  try {
    requireStackPackages();
    return { name, state: 'ok', found: 'the packages that lighthouse up needs are installed' };
  } catch (error) {
    return { name, state: 'note', found: error instanceof Error ? error.message : String(error) };
  }
}

/** Asks the stack for its pools, and compares its clock with the one here. */
export async function checkStack(
  flags: StackFlags,
  signal: AbortSignal,
): Promise<readonly Finding[]> {
  let address: ApiAddress;
  try {
    address = await findApi(flags, signal);
  } catch (error) {
    signal.throwIfAborted();
    const isNamed = flags.api !== undefined || deployedStack(flags) !== undefined;
    return [{ name: 'stack', state: isNamed ? 'wrong' : 'note', found: wordsOf(error) }];
  }
  try {
    const timeout = AbortSignal.timeout(ANSWER_TIMEOUT_MS);
    await using client = new ApiClient(address, AbortSignal.any([signal, timeout]));
    const sentAt = systemClock.now();
    const { date } = await client.send({ method: 'GET', path: '/pools', query: { limit: 1 } });
    const clock = checkClock({ date, sentAt, receivedAt: systemClock.now() });
    return [{ name: 'stack', state: 'ok', found: `${address.url} answers` }, clock];
  } catch (error) {
    signal.throwIfAborted();
    return [{ name: 'stack', state: 'wrong', found: wordsOf(error) }];
  }
}

function wordsOf(error: unknown): string {
  if (error instanceof DOMException && error.name === 'TimeoutError') {
    return `the stack does not answer within ${ANSWER_TIMEOUT_MS / 1000} s`;
  }
  return error instanceof LighthouseError ? error.message : String(error);
}

/** An answer's `Date` header and when it was asked for and there, ms since 1970. */
interface DatedAnswer {
  readonly date: string | null;
  readonly sentAt: number;
  readonly receivedAt: number;
}

/**
 * Compares clocks by an answer's `Date`, which has whole seconds (RFC 9110, section 5.6.7): the
 * difference lies between two bounds, and only what is certain counts. Leases are exclusive as long
 * as clocks differ by less than 5 s.
 */
export function checkClock({ date, sentAt, receivedAt }: DatedAnswer): Finding {
  const name = 'clock';
  const stackAt = Date.parse(date ?? '');
  if (Number.isNaN(stackAt))
    return { name, state: 'note', found: 'the stack does not say its time' };
  const ahead = Math.max(0, sentAt - (stackAt + 1_000));
  const behind = Math.max(0, stackAt - receivedAt);
  const offMs = Math.max(ahead, behind);
  const direction = ahead > 0 ? 'ahead of' : 'behind';
  const found = `${(offMs / 1000).toFixed(1)} s ${direction} the stack's, and leases allow 5`;
  if (offMs < DEFAULT_CLOCK_SKEW_MS) return { name, state: 'ok', found };
  return { name, state: 'wrong', found, advice: 'set the clock by NTP' };
}
