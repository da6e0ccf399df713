import type { Sabotage } from '../sabotage.ts';

const ROUTES = 'functions/api/routes/lease-routes.ts';
const RUN = 'src/cli/stack/lease/run-leased.ts';

/** Measures of the API and the command line that keep secrets in and blame where it belongs. */
export const LEASE_PROGRAM_SABOTAGES: readonly Sabotage[] = [
  {
    name: 'lease API: a renewal shows the password',
    file: ROUTES,
    find: 'return jsonReply(200, viewLease(lease), NO_STORE);',
    replace:
      'return jsonReply(200, { ...viewLease(lease), proxy: formatLeasedUrl(lease) }, NO_STORE);',
    tests: ['test/functions/api/secrets.test.ts'],
  },
  {
    name: 'lease API: the access log has paths, and with them lease ids',
    file: 'cdk/sweeps-api.ts',
    find: "  routeKey: '$context.routeKey',",
    replace: "  routeKey: '$context.routeKey', path: '$context.path',",
    tests: ['test/cdk/lighthouse-stack.test.ts'],
  },
  {
    name: 'lease API: a pool that is being deleted still gives leases',
    file: ROUTES,
    find: "(await requirePool(storage, parsePoolName(params.pool ?? ''))).poolName",
    replace: "(await storage.pools.get(params.pool ?? ''))?.poolName ?? ''",
    tests: ['test/functions/api/lease-ends.test.ts'],
  },
  {
    name: 'lease API: the idempotency key is not passed on',
    file: ROUTES,
    find: '{ ...wish, ...key, poolName',
    replace: '{ ...wish, poolName',
    tests: ['test/functions/api/leases.test.ts'],
  },
  {
    name: 'lease run: a proxy is blamed when the user interrupts',
    file: RUN,
    find: "end?.kind === 'exited' && interrupted === null",
    replace: "end?.kind === 'exited'",
    tests: ['test/cli/stack/lease/lease-run.test.ts'],
  },
  {
    name: 'lease run: NO_PROXY bypasses the proxy',
    file: 'src/cli/stack/lease/proxy-environment.ts',
    find: 'name.toLowerCase() !== BYPASS',
    replace: "name !== ''",
    tests: ['test/cli/stack/lease/lease-run.test.ts'],
  },
  {
    name: 'lease acquire: a proxy that was never printed stays leased',
    file: 'src/cli/stack/lease/lease-command.ts',
    find: '    if (!isRead) await giveBack();\n',
    replace: '',
    tests: ['test/cli/stack/lease/lease-commands.test.ts'],
  },
];
