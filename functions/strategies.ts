import type { HealthChecker } from '../src/health/health-checker.ts';

/**
 * The place for strategies of your own: those registered here run in the deployed checker.
 *
 * @example
 * checker.registerStrategy('shadowsocks', new ShadowsocksStrategy());
 */
export function registerStrategies(_checker: HealthChecker): void {}

/** The protocols of those strategies, so that imports accept their lines. */
export const EXTRA_PROTOCOLS: readonly string[] = [];
