import type { DynamoDBClientConfig } from '@aws-sdk/client-dynamodb';
import { jitteredWaitMs } from '../../async/back-off.ts';

type RetryStrategy = Extract<
  DynamoDBClientConfig['retryStrategy'],
  { acquireInitialRetryToken: unknown }
>;
type RetryToken = Awaited<ReturnType<RetryStrategy['acquireInitialRetryToken']>>;

export interface RetryOptions {
  /** Tries per call, the first included. @default 10 */
  readonly maxAttempts?: number;
  /** The longest pause before the first repetition, milliseconds; doubled for each. @default 25 */
  readonly baseDelayMs?: number;
  /** The longest pause of all, milliseconds. @default 1000 */
  readonly maxDelayMs?: number;
}

/**
 * How often a DynamoDB client repeats a call that was throttled, lost or failed by the service:
 * exponential back-off with full jitter. The SDK's own strategy waits up to 16 s after a few
 * throttles in a row, far more than a table on demand needs to grow, and more than a function has.
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
      if (errorType === 'CLIENT_ERROR') throw new Error('the call itself is wrong');
      if (retry >= maxAttempts) throw new Error('the call was repeated often enough');
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
