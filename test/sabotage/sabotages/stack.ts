import type { Sabotage } from '../sabotage.ts';

const CONSTRUCT = 'test/cdk/lighthouse.test.ts';
const NETWORK = 'test/cdk/network-and-keys.test.ts';
const APP = 'test/cdk/app.test.ts';

/** What keeps several stacks apart, and callers and code within their rights. */
export const STACK_SABOTAGES: readonly Sabotage[] = [
  {
    name: 'stack: the bus has one name in all stacks',
    file: 'cdk/event-bus.ts',
    find: 'Names.uniqueResourceName(this.bus, NAME_FORM)',
    replace: 'Names.uniqueId(this.bus).slice(0, NAME_FORM.maxLength)',
    tests: [CONSTRUCT],
  },
  {
    name: 'stack: all stacks write the same metrics',
    file: 'cdk/metrics.ts',
    find: 'return [stack.stackName, ',
    replace: "return ['Lighthouse', ",
    tests: [CONSTRUCT],
  },
  {
    name: 'stack: two constructs write the same metrics',
    file: 'cdk/metrics.ts',
    find: "path.filter((id) => id !== 'Default')",
    replace: "path.filter((id) => id === 'Default')",
    tests: [CONSTRUCT],
  },
  {
    name: 'stack: who may lease may also import',
    file: 'cdk/api-grants.ts',
    find: "key.includes('/leases')",
    replace: "key.includes('/pools/')",
    tests: [CONSTRUCT],
  },
  {
    name: 'stack: who may read may also change',
    file: 'cdk/api-grants.ts',
    find: "key.startsWith('GET ')",
    replace: "key !== 'GET '.toString()",
    tests: [CONSTRUCT],
  },
  {
    name: "stack: the checker's code may create network interfaces",
    file: 'cdk/checker-network.ts',
    find: "conditions: { Null: { 'lambda:SourceFunctionArn': 'false' } }",
    replace: "conditions: { Null: { 'lambda:SourceFunctionArn': 'true' } }",
    tests: [NETWORK],
  },
  {
    name: "stack: logs are not encrypted with the user's key",
    file: 'cdk/lighthouse-function.ts',
    find: '...(props.encryptionKey && { encryptionKey: props.encryptionKey })',
    replace: '...(props.encryptionKey && {})',
    tests: [NETWORK],
  },
  {
    name: 'stack: roles are not bounded',
    file: 'cdk/lighthouse.ts',
    find: 'PermissionsBoundary.of(this).apply(boundary)',
    replace: 'PermissionsBoundary.of(boundary).apply(boundary)',
    tests: [NETWORK],
  },
  {
    name: 'stack: wrong settings end in a stack trace',
    file: 'cdk/app.ts',
    find: 'if (!(error instanceof SettingsError)) throw error;',
    replace: 'if (error) throw error;',
    tests: [APP],
  },
  {
    name: 'pools: one that is just at its limit counts as below it',
    file: 'src/model/pool.ts',
    find: 'return lastAvailability < limit;',
    replace: 'return lastAvailability <= limit;',
    tests: ['test/storage/storage.test.ts'],
  },
];
