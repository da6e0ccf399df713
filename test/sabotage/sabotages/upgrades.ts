import type { Sabotage } from '../sabotage.ts';

const MISSING = 'test/upgrades/missing-options.test.ts';
const NEWER = 'test/upgrades/newer-formats.test.ts';
const UNKNOWN = 'test/upgrades/unknown-fields.test.ts';

/** What lets two versions work on the same tables and queue. */
export const UPGRADE_SABOTAGES: readonly Sabotage[] = [
  {
    name: 'upgrade: a stored policy is taken as it is',
    file: 'src/storage/dynamodb/dynamodb-policies.ts',
    find: 'readStoredPolicy(item.policy as StoredPolicy, item[FORMAT_ATTRIBUTE])',
    replace: '(item.policy as PoolPolicy)',
    tests: [MISSING],
  },
  {
    name: 'upgrade: a copy of a policy in a summary is taken as it is',
    file: 'src/storage/dynamodb/dynamodb-sweeps.ts',
    find: '{ policy: readStoredPolicy(policy) }',
    replace: '{ policy }',
    tests: [MISSING],
  },
  {
    name: 'upgrade: options that cannot be used are swept with their defaults',
    file: 'src/pools/pool-policy.ts',
    find: 'if (issues.length === 0) return;',
    replace: 'if (issues.length >= 0) return;',
    tests: [NEWER],
  },
  {
    name: 'upgrade: a message of a newer format is checked as far as it is known',
    file: 'src/sweeps/check/batch-message.ts',
    find: '  requireKnownFormat(what, Object(message).format);\n',
    replace: '',
    tests: [NEWER],
  },
  {
    name: 'upgrade: a batch with items of a newer format is checked as far as they are known',
    file: 'src/sweeps/check/prepare-batch.ts',
    find: '  requireKnownFormats(sweep, stored, ...page.rows);\n',
    replace: '',
    tests: [NEWER],
  },
  {
    name: 'upgrade: messages with fields that are not known are refused',
    file: 'src/sweeps/check/batch-message.ts',
    find: 'z.object({',
    replace: 'z.strictObject({',
    tests: [UNKNOWN],
  },
  {
    name: 'upgrade: an older version lowers the format of a ledger item that a newer one made',
    file: 'src/storage/dynamodb/item-format.ts',
    find: "how: 'unlessSet'",
    replace: "how: 'replace'",
    tests: [UNKNOWN],
  },
  {
    name: 'deploy: functions are updated in any order',
    file: 'cdk/lighthouse-functions.ts',
    find: '    updateAfter(this.fanOut, this.checker);\n',
    replace: '',
    tests: ['test/cdk/lighthouse-stack.test.ts'],
    title: 'readers before those who send',
  },
];
