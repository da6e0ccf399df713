import type { DynamoDBClientConfig } from '@aws-sdk/client-dynamodb';
import { jitteredWaitMs } from '../../async/back-off.ts';

type RetryStrategy = Extract<
  DynamoDBClientConfig['retryStrategy'],
  { acquireInitialRetryToken: unknown }
>;
type RetryToken = Awaited<ReturnType<RetryStrategy['acquireInitialRetryToken']>>;

/** Limits of the retries. */
export interface RetryOptions {
  /** Attempts per call, the first included. @default 10 */
  readonly maxAttempts?: number;
  /** The longest wait before the first retry, milliseconds; doubles with each. @default 25 */
  readonly baseDelayMs?: number;
  /** The longest wait of all, milliseconds. @default 1000 */
  readonly maxDelayMs?: number;
}

/**
 * Creates the strategy by which a DynamoDB client retries a call that was throttled, lost or failed
 * by the service: exponential back-off with full jitter. The SDK's own strategy waits up to 16 s
 * after a few throttles in a row: far longer than an on-demand table needs to grow, and longer than
 * a function has.
 */
export function createRetryStrategy({
  maxAttempts = 10,
  baseDelayMs = 25,
  maxDelayMs = 1000,
}: RetryOptions = {}): RetryStrategy {
  const backOff = { firstMs: baseDelayMs, maxMs: maxDelayMs };
  return {
    acquireInitialRetryToken: async () => retryToken(0, 0),
    refreshRetryTokenForRetry: async (token, { errorType }) => {
      const retry = token.getRetryCount() + 1;
      if (errorType === 'CLIENT_ERROR')
        throw new Error('the call is invalid; a retry would fail again');
      if (retry >= maxAttempts) throw new Error('the call has failed on every attempt');
      return retryToken(retry, jitteredWaitMs(backOff, retry));
    },
    recordSuccess: () => {},
  };
}

function retryToken(retryCount: number, retryDelayMs: number): RetryToken {
  return {
    getRetryCount: () => retryCount,
    getRetryDelay: () => retryDelayMs,
  };
}
