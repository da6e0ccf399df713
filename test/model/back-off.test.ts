import { expect, it } from 'vitest';
import { readStoredBackOff } from '../../src/model/back-off.ts';
import { readStoredPolicy } from '../../src/model/stored-policy.ts';

it('is off in a policy that was stored without it', () => {
  expect(readStoredPolicy({}).backOff).toBeNull();
  expect(readStoredBackOff(null)).toBeNull();
});

it('is read as far as this version can use it, by its default otherwise', () => {
  const defaults = { maxIntervalSeconds: 86_400, edgeIntervalSeconds: 300 };
  expect(readStoredBackOff({})).toEqual(defaults);
  expect(readStoredBackOff({ maxIntervalSeconds: 9e9, edgeIntervalSeconds: 600 })).toEqual({
    ...defaults,
    edgeIntervalSeconds: 600,
  });
  const policy = readStoredPolicy({ backOff: { maxIntervalSeconds: 'soon', later: 1 } });
  expect(policy.backOff).toEqual(defaults);
  expect(policy).not.toHaveProperty('unusable');
});
