import type { CheckerScenario } from './quantities.ts';

/** A fleet and target as they are common: nine of ten proxies answer, in 0.8 s. */
export const USUAL: CheckerScenario = {
  https: false,
  alive: 0.9,
  latencyMs: 800,
  timeoutMs: 5000,
  attempts: 1,
  hosts: null,
};

/** A scenario with its name, and how much a million checks of it should cost at most. */
export interface NamedScenario extends CheckerScenario {
  readonly name: string;
  /** USD a million checks, without egress and what a stack costs that does nothing. */
  readonly goalUsd: number;
}

/** The scenarios that are measured as well as figured. */
export const SCENARIOS: readonly NamedScenario[] = [
  { name: '`http:` target', goalUsd: 0.15, ...USUAL },
  { name: '`https:` target', goalUsd: 0.2, ...USUAL, https: true },
  { name: '`http:`, all behind one gateway host', goalUsd: 0.2, ...USUAL, hosts: 1 },
  {
    ...{ name: '`http:`, such a gateway with 256 in flight', goalUsd: 0.2, ...USUAL },
    ...{ hosts: 1, maxInFlightPerHost: 256 },
  },
  { name: '`http:`, time-out of 9 s', goalUsd: 0.2, ...USUAL, timeoutMs: 9000 },
];
