import type { Sabotage } from '../sabotage.ts';

const CONTRACT = 'test/storage/dynamodb-storage.test.ts';
const FAULTS_30_36 = 'test/sweeps/faults/duplicates-ticks-and-old-sweeps.test.ts';
const FAULTS_34 = 'test/sweeps/faults/failing-database.test.ts';
const FAULTS_38_42 = 'test/sweeps/faults/late-batches-clock-and-changes.test.ts';

/** Conditions, and what is done when a call fails. */
export const STORAGE_SABOTAGES: readonly Sabotage[] = [
  {
    name: 'result item: written over whatever is there',
    file: 'src/storage/dynamodb/dynamodb-results.ts',
    find: "      ...conditionInput(absent('sweepId')),\n",
    replace: '',
    tests: [FAULTS_30_36],
    title: 'FAULTS 30',
  },
  {
    name: 'result item: who loses the race believes its own result',
    file: 'src/storage/dynamodb/dynamodb-results.ts',
    find: 'return (await this.get(poolName, bits, sweepId)) ?? result;',
    replace: 'return poolName && bits && sweepId ? result : result;',
    tests: [FAULTS_30_36],
    title: 'FAULTS 30',
  },
  {
    name: 'row condition: written whoever has written it since it was read',
    file: 'src/storage/dynamodb/dynamodb-proxies.ts',
    find: ', writtenAsRead(write.expectedRowSweepId));',
    replace: ');',
    tests: [CONTRACT],
  },
  {
    name: 'row condition: written though it was banned by hand',
    file: 'src/storage/dynamodb/dynamodb-proxies.ts',
    find: "allOf(exists('proxyId'), notBanned, writtenAsRead",
    replace: "allOf(exists('proxyId'), writtenAsRead",
    tests: [CONTRACT],
  },
  {
    name: 'import: an insert without its condition',
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
    name: 'claim: an id that is not later than the last one',
    file: 'src/storage/dynamodb/dynamodb-pools.ts',
    find: '      laterThanLastSweep(sweepId),\n',
    replace: '',
    tests: [CONTRACT],
  },
  {
    name: 'claim: a pool that is being deleted',
    file: 'src/storage/dynamodb/dynamodb-pools.ts',
    find: '      notDeleting,\n      noSweepRuns,',
    replace: '      noSweepRuns,',
    tests: [CONTRACT],
  },
  {
    name: 'deletion: removes a new pool of the same name',
    file: 'src/storage/dynamodb/dynamodb-pools.ts',
    find: 'allOf(deleting, hasSalt(salt), noSweepRuns)',
    replace: "allOf(exists('poolName'), salt ? noSweepRuns : hasSalt(salt))",
    tests: [CONTRACT],
  },
  {
    name: 'claim: whoever ends a sweep ends the pointer to any',
    file: 'src/storage/dynamodb/dynamodb-pools.ts',
    find: "updateInput({ remove: ['runningSweepId'] }, runs(sweepId))",
    replace: "updateInput({ remove: ['runningSweepId'] }, exists('poolName'))",
    tests: [CONTRACT],
  },
  {
    name: 'close: unconditional, so that the last one wins',
    file: 'src/storage/dynamodb/dynamodb-sweeps.ts',
    find: '{ set: { ...closing } }, sweepIsOpen)',
    replace: "{ set: { ...closing } }, exists('sweepId'))",
    tests: [CONTRACT],
  },
  {
    name: 'summary: written over the one that is there',
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
    name: 'late batches: counted down by who comes last',
    file: 'src/storage/dynamodb/dynamodb-sweeps.ts',
    find: "allOf(exists('sweepId'), fewerLateBatches(lateBatches))",
    replace: "exists('sweepId')",
    tests: [CONTRACT],
  },
  {
    name: 'retries: a throttled call is not made again',
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
    name: 'unprocessed keys: dropped',
    file: 'src/storage/dynamodb/proxy-queries.ts',
    find: 'return UnprocessedKeys?.[table]?.Keys ?? [];',
    replace: 'return UnprocessedKeys ? [] : [];',
    tests: [FAULTS_34],
    title: 'unprocessed',
  },
  {
    name: 'row writes: the first that fails leaves the others under way',
    file: 'src/async/map-bounded.ts',
    find: '        failures.push(error);',
    replace: '        throw error;',
    tests: ['test/functions/checker/nothing-outlives-the-return.test.ts'],
  },
];
