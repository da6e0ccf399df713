import { expect, it } from 'vitest';
import { SharedResolver } from '../../../../src/cli/check/workers/shared-resolver.ts';
import { silenceFailure } from '../../../../src/health/dns/name-resolver.ts';

it('blames a silent name when the name servers answer another thread', () => {
  const resolver = new SharedResolver();
  expect(silenceFailure(resolver)).toBe('resolver_unavailable');
  resolver.othersAreAnswered = true;
  expect(silenceFailure(resolver)).toBe('dns_timeout');
  // It would come back to the others, and never be forgotten.
  expect(resolver.isAnsweringHere).toBe(false);
});
