import { configDefaults, defineConfig } from 'vitest/config';

/** Fill every core with processes of their own for a minute: beside others, those would time out. */
const CROWDED = [
  'test/leases/contention/clocks-apart.test.ts',
  'test/leases/contention/killed-holder.test.ts',
];

/** Has a configuration of its own: it needs Python, Java and minutes. */
const FIDELITY = 'test/fidelity/**';
/** Packs and installs for minutes: `npm run test:package`. */
const PACKAGE = 'test/package/**';

const UNITS = ['test/{functions,leases,model,pools,proxies,storage,sweeps}/**/*.test.ts'];

export default defineConfig({
  test: {
    testTimeout: 30_000,
    hookTimeout: 60_000,
    // More than the two cores: many a test waits for deadlines and visibility time-outs.
    maxWorkers: 3,
    // Tests of one file that run at once do little but wait.
    maxConcurrency: 16,
    projects: [
      {
        extends: true,
        test: {
          name: 'units',
          include: UNITS,
          exclude: [...configDefaults.exclude, ...CROWDED],
          // One process for many files: they leave nothing behind, and loading takes longer than they.
          isolate: false,
          sequence: { groupOrder: 0 },
        },
      },
      {
        extends: true,
        test: {
          name: 'shared',
          include: ['test/**/*.test.ts'],
          exclude: [...configDefaults.exclude, ...UNITS, ...CROWDED, FIDELITY, PACKAGE],
          sequence: { groupOrder: 0 },
        },
      },
      {
        extends: true,
        test: { name: 'crowded', include: CROWDED, maxWorkers: 1, sequence: { groupOrder: 1 } },
      },
    ],
  },
});
