import type { Sabotage } from '../sabotage.ts';

const CHECKER = 'test/functions/checker/handler.test.ts';
const DEAD_LETTERS = 'test/functions/checker/dead-letters.test.ts';
const SENDER = 'test/functions/batch-sender.test.ts';
const STACK = 'test/cdk/lighthouse-stack.test.ts';

/** The functions around a sweep, and the queue with its settings. */
export const MACHINERY_SABOTAGES: readonly Sabotage[] = [
  {
    name: 'send: failed entries are dropped',
    file: 'functions/batch-sender.ts',
    find: 'return pending.filter(({ Id }) => failedIds.has(Id));',
    replace: 'return pending.filter(({ MessageBody }) => failedIds.has(MessageBody));',
    tests: [SENDER],
    title: 'FAULTS 35',
  },
  {
    name: 'send: all entries are sent again when some failed',
    file: 'functions/batch-sender.ts',
    find: 'return pending.filter(({ Id }) => failedIds.has(Id));',
    replace: 'return failedIds.size === 0 ? [] : pending;',
    tests: [SENDER],
    title: 'FAULTS 35',
  },
  {
    name: 'checker: failed batches are acknowledged',
    file: 'functions/checker/handler.ts',
    find: 'const toHide = [...unmoved, ...failed];',
    replace: 'const toHide = [...unmoved, ...failed.slice(failed.length)];',
    tests: [CHECKER],
  },
  {
    name: 'checker: unreadable messages are acknowledged instead of going to the dead-letter queue',
    file: 'functions/checker/summarize.ts',
    find: 'const failed = [...unreadable];',
    replace: 'const failed: SQSRecord[] = [];',
    tests: [CHECKER],
  },
  {
    name: 'checker: batches there is no time for are acknowledged',
    file: 'functions/checker/handler.ts',
    find: 'const undone = [...toHide, ...tooNew, ...deferred];',
    replace: 'const undone = [...toHide, ...tooNew, ...deferred.slice(deferred.length)];',
    tests: [CHECKER],
  },
  {
    name: 'checker: a batch that is given back is not noted',
    file: 'functions/checker/defer-records.ts',
    find: 'await storage.sweeps.noteDeferral({',
    replace: 'if (hiddenMs < 0) await storage.sweeps.noteDeferral({',
    tests: [CHECKER],
  },
  {
    name: 'dead letters: a receive that found no time counts as a failure',
    file: 'functions/checker/dead-letter-exhausted.ts',
    find: 'return earlier - deferred >= maxReceives;',
    replace: 'return earlier - 0 * deferred >= maxReceives;',
    tests: [DEAD_LETTERS],
  },
  {
    name: 'dead letters: failed receives are not limited',
    file: 'functions/checker/dead-letter-exhausted.ts',
    find: 'if (!(earlier >= maxReceives)) return false;',
    replace: 'if (!(earlier >= maxReceives * 20)) return false;',
    tests: [DEAD_LETTERS],
  },
  {
    name: 'dead letters: a record is acknowledged although it could not be moved',
    file: 'functions/checker/dead-letter-exhausted.ts',
    find: 'if (!(await move(dependencies, each))) unmoved.push(each.record);',
    replace: 'await move(dependencies, each);',
    tests: [DEAD_LETTERS],
  },
  {
    name: 'time: a batch begins although those under way leave it none',
    file: 'src/sweeps/check/time-budget.ts',
    find: 'const probing = [...this.#backlog].filter(({ size }) => size > 0);',
    replace: 'const probing = [...this.#backlog].filter(({ size }) => size < 0);',
    tests: ['test/sweeps/check/time-budget.test.ts'],
  },
  {
    name: 'checker: a timer outlives the return',
    file: 'functions/checker/handler.ts',
    find: '[Symbol.dispose]: () => clearTimeout(timer)',
    replace: '[Symbol.dispose]: () => void timer',
    tests: ['test/functions/checker/nothing-outlives-the-return.test.ts'],
  },
  {
    name: 'queue: receives are not limited',
    file: 'cdk/batch-queue.ts',
    find: 'maxReceiveCount: backstopReceives(props)',
    replace: 'maxReceiveCount: backstopReceives(props) * 9',
    tests: [STACK],
  },
  {
    name: 'queue: the checker may send to the queue it receives from',
    file: 'cdk/lighthouse-functions.ts',
    find: 'batches.grantSend(this.fanOut);',
    replace: 'for (const fn of [this.fanOut, this.checker]) batches.grantSend(fn);',
    tests: ['test/cdk/permissions.test.ts'],
  },
  {
    name: 'queue: one failed record fails them all',
    file: 'cdk/batch-queue.ts',
    find: 'reportBatchItemFailures: true',
    replace: 'reportBatchItemFailures: false',
    tests: [STACK],
  },
  {
    name: 'queue: a message becomes visible again while it is worked on',
    file: 'cdk/batch-queue.ts',
    find: 'Duration.seconds(props.visibilityTimeoutSeconds)',
    replace: 'Duration.seconds(props.visibilityTimeoutSeconds / 6 - 1)',
    tests: [STACK],
  },
];
