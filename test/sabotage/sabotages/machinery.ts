import type { Sabotage } from '../sabotage.ts';

const CHECKER = 'test/functions/checker/handler.test.ts';
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
    find: 'batchItemFailures: failed.map(',
    replace: 'batchItemFailures: failed.slice(failed.length).map(',
    tests: [CHECKER],
  },
  {
    name: 'checker: unreadable messages are acknowledged instead of going to the dead-letter queue',
    file: 'functions/checker/summarize.ts',
    find: 'return [...unreadable, ...failed.map(',
    replace: 'return [...failed.map(',
    tests: [CHECKER],
  },
  {
    name: 'checker: batches there is no time for are not sent again',
    file: 'src/sweeps/check/check-batches.ts',
    find: "const resent = settle(resend(unstarted), 'resent');",
    replace:
      "const resent = settle(unstarted.length < 0 ? resend([]) : Promise.resolve(), 'resent');",
    tests: [CHECKER],
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
    find: 'maxReceiveCount: props.maxReceives',
    replace: 'maxReceiveCount: props.maxReceives * 200',
    tests: [STACK],
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
