import type { Sabotage } from '../sabotage.ts';

const CONTRACT = 'test/storage/storage.test.ts';
const FAULTS_30_36 = 'test/sweeps/faults/duplicates-ticks-and-old-sweeps.test.ts';
const FAULTS_34 = 'test/sweeps/faults/failing-database.test.ts';
const FAULTS_38_42 = 'test/sweeps/faults/late-batches-clock-and-changes.test.ts';

/** Conditions of writes, and the handling of calls that fail. */
export const STORAGE_SABOTAGES: readonly Sabotage[] = [
  {
    name: 'result item: overwrites the one that is there',
    file: 'src/storage/dynamodb/dynamodb-results.ts',
    find: "      ...conditionInput(absent('sweepId')),\n",
    replace: '',
    tests: [FAULTS_30_36],
    title: 'FAULTS 30',
  },
  {
    name: 'result item: the loser of a race keeps its own result',
    file: 'src/storage/dynamodb/dynamodb-results.ts',
    find: 'return (await this.get(poolName, bits, sweepId)) ?? result;',
    replace: 'return poolName && bits && sweepId ? result : result;',
    tests: [FAULTS_30_36],
    title: 'FAULTS 30',
  },
  {
    name: 'row condition: a row is written although it changed since it was read',
    file: 'src/storage/dynamodb/dynamodb-proxies.ts',
    find: ', writtenAsRead(write.expectedRowSweepId));',
    replace: ');',
    tests: [CONTRACT],
  },
  {
    name: 'row condition: a row is written although it was banned by hand',
    file: 'src/storage/dynamodb/dynamodb-proxies.ts',
    find: "allOf(exists('proxyId'), notBanned, writtenAsRead",
    replace: "allOf(exists('proxyId'), writtenAsRead",
    tests: [CONTRACT],
  },
  {
    name: 'import: an insert overwrites the row that is there',
    file: 'src/storage/dynamodb/dynamodb-proxies.ts',
    find: "        ...conditionInput(absentOrExpired('proxyId', now)),\n",
    replace: '',
    tests: [FAULTS_38_42],
    title: 'FAULTS 42',
  },
  {
    name: 'claim: a pool that is being swept is claimed again',
    file: 'src/storage/dynamodb/dynamodb-pools.ts',
    find: '      noSweepRuns,\n      laterThan',
    replace: '      laterThan',
    tests: [CONTRACT],
  },
  {
    name: 'claim: an id may be earlier than the last one',
    file: 'src/storage/dynamodb/dynamodb-pools.ts',
    find: '      laterThanLastSweep(sweepId),\n',
    replace: '',
    tests: [CONTRACT],
  },
  {
    name: 'claim: a pool that is being deleted is claimed',
    file: 'src/storage/dynamodb/dynamodb-pools.ts',
    find: '      notDeleting,\n      noSweepRuns,',
    replace: '      noSweepRuns,',
    tests: [CONTRACT],
  },
  {
    name: 'deletion: a new pool of the same name is removed',
    file: 'src/storage/dynamodb/dynamodb-pools.ts',
    find: 'allOf(deleting, hasSalt(salt), noSweepRuns)',
    replace: "allOf(exists('poolName'), salt ? noSweepRuns : hasSalt(salt))",
    tests: [CONTRACT],
  },
  {
    name: 'claim: the end of a sweep clears the pointer to another',
    file: 'src/storage/dynamodb/dynamodb-pools.ts',
    find: "updateInput({ remove: ['runningSweepId'] }, runs(sweepId))",
    replace: "updateInput({ remove: ['runningSweepId'] }, exists('poolName'))",
    tests: [CONTRACT],
  },
  {
    name: 'close: the last one wins',
    file: 'src/storage/dynamodb/dynamodb-sweeps.ts',
    find: '{ set: { ...closing } }, sweepIsOpen)',
    replace: "{ set: { ...closing } }, exists('sweepId'))",
    tests: [CONTRACT],
  },
  {
    name: 'summary: overwrites the one that is there',
    file: 'src/storage/dynamodb/dynamodb-sweeps.ts',
    find: "      ...conditionInput(absent('sweepId')),\n",
    replace: '',
    tests: [CONTRACT],
  },
  {
    name: 'ledger: the key does not tell the batch apart',
    file: 'src/storage/dynamodb/dynamodb-sweeps.ts',
    find: '    const part = ledgerPartOf(bits);\n',
    replace: "    bits = bits.replace(/.$/, '0');\n    const part = ledgerPartOf(bits);\n",
    tests: [FAULTS_30_36],
  },
  {
    name: 'late batches: the last writer may lower the count',
    file: 'src/storage/dynamodb/dynamodb-sweeps.ts',
    find: "allOf(exists('sweepId'), fewerLateBatches(lateBatches))",
    replace: "exists('sweepId')",
    tests: [CONTRACT],
  },
  {
    name: 'retries: a throttled call is not repeated',
    file: 'src/storage/dynamodb/retry-strategy.ts',
    find: 'if (retry >= maxAttempts) throw',
    replace: 'if (retry >= Math.min(1, maxAttempts)) throw',
    tests: [FAULTS_34],
    title: 'every second call',
  },
  {
    name: 'retries: any error passes for a refused condition',
    file: 'src/storage/dynamodb/database.ts',
    find: 'if (error instanceof ConditionalCheckFailedException) return null;\n    throw error;',
    replace: 'return error instanceof ConditionalCheckFailedException ? null : null;',
    tests: [FAULTS_34],
    title: 'sends the message back',
  },
  {
    name: 'unprocessed keys: they are dropped',
    file: 'src/storage/dynamodb/proxy-queries.ts',
    find: 'return UnprocessedKeys?.[table]?.Keys ?? [];',
    replace: 'return UnprocessedKeys ? [] : [];',
    tests: [FAULTS_34],
    title: 'unprocessed',
  },
  {
    name: 'row writes: the first failure leaves the others under way',
    file: 'src/async/map-bounded.ts',
    find: '        failures.push(error);',
    replace: '        throw error;',
    tests: ['test/functions/checker/nothing-outlives-the-return.test.ts'],
  },
];
