import { afterEach, expect, it, vi } from 'vitest';
import { findDeadPort } from '../../../src/local/fleet/index.ts';

afterEach(() => {
  vi.restoreAllMocks();
});

it('two callers that ask at once never get the same dead port', async () => {
  const numbers = [0.5, 0.5, 0.5, 0.25];
  vi.spyOn(Math, 'random').mockImplementation(() => numbers.shift() ?? 0.75);
  const ports = await Promise.all([findDeadPort(), findDeadPort()]);
  expect(new Set(ports).size).toBe(2);
});
