import type { Sabotage } from '../sabotage.ts';

const TESTS = ['test/cli/check/workers/workers.test.ts'];
const MALFORMED = 'test/health/faults/malformed-replies.test.ts';

/** What keeps a check whole, over all its threads and whatever answers it. */
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
  {
    name: 'report: records are written side by side',
    file: 'src/cli/check/check-run.ts',
    find: 'this.#written = this.#written.then(() => writer.writeResult(record));',
    replace: 'this.#written = writer.writeResult(record);',
    tests: TESTS,
    title: 'writes one record after the other',
  },
  {
    name: 'head: an answer of two lengths is taken',
    file: 'src/health/http/reply-head.ts',
    find: 'if (++lengths > 1 || !CONTENT_LENGTH.test(value)) return false;',
    replace: 'lengths++;',
    tests: [MALFORMED],
    title: 'FAULTS 9',
  },
  {
    name: 'head: a length beside a coding is taken',
    file: 'src/health/http/reply-head.ts',
    find: 'return lengths === 0 || codings === 0;',
    replace: 'return true;',
    tests: [MALFORMED],
    title: 'FAULTS 9',
  },
];
