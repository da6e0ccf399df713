import type { Sabotage } from '../sabotage.ts';

const TESTS = ['test/cli/check/workers/workers.test.ts'];

/** What keeps a check whole over all its threads. */
export const CHECK_SABOTAGES: readonly Sabotage[] = [
  {
    name: 'threads: what a thread that died was checking is lost',
    file: 'src/cli/check/workers/crew.ts',
    find: 'if (!(error instanceof WorkerLost)) throw error;',
    replace: 'throw error;',
    tests: TESTS,
    title: 'dies halfway',
  },
  {
    name: 'threads: a host has the limit in every thread',
    file: 'src/cli/check/workers/crew.ts',
    find: 'window.run(proxy.host, probe, signal)',
    replace: 'window.run(proxy.id, probe, signal)',
    tests: TESTS,
    title: 'limits hold',
  },
  {
    name: 'threads: a worker takes more than is admitted',
    file: 'src/cli/check/workers/crew.ts',
    find: 'const result = await window.run(proxy.host, probe, signal);',
    replace: 'const result = await probe([...this.#workers.keys()][0] ?? { take: () => 0 });',
    tests: TESTS,
    title: 'limits hold',
  },
  {
    name: 'threads: workers do not know what the control probe saw',
    file: 'src/cli/check/workers/crew.ts',
    find: '    worker.share(witness.seen);\n    window',
    replace: '    window',
    tests: TESTS,
    title: 'compares certificates',
  },
  {
    name: 'threads: workers outlive an interrupted run',
    file: 'src/cli/check/workers/crew.ts',
    find: '.map((worker) => worker.close())',
    replace: '.map(() => undefined)',
    tests: TESTS,
    title: 'interrupted',
  },
  {
    name: 'threads: one is kept that gains nothing',
    file: 'src/cli/check/workers/hiring.ts',
    find: 'if (gain >= LEAST_GAIN) {',
    replace: 'if (gain >= -1) {',
    tests: ['test/cli/check/workers/hiring.test.ts'],
  },
];
