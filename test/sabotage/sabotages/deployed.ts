import type { Sabotage } from '../sabotage.ts';

const SIGNED = 'test/cli/stack/cloud/signed-commands.test.ts';
const REFUSALS = 'test/cli/stack/cloud/refusals.test.ts';
const EXPLAINED = 'test/cli/stack/cloud/explain-refusal.test.ts';
const IMPORTER = 'test/cli/stack/client/list-importer.test.ts';

/** Measures of the command line against a deployed stack. */
export const DEPLOYED_SABOTAGES: readonly Sabotage[] = [
  {
    name: 'signature: the body is not part of it',
    file: 'src/cli/stack/cloud/signed-access.ts',
    find: 'headers: { ...headers, host }, body },',
    replace: 'headers: { ...headers, host } },',
    tests: [SIGNED],
  },
  {
    name: 'signature: the query is sent otherwise than it is signed',
    file: 'src/cli/stack/client/api-access.ts',
    find: "pair.map(encodeStrictly).join('=')",
    replace: "pair.map(encodeStrictly).join('=').replaceAll('%20', '+').replaceAll('%2B', '+')",
    tests: [SIGNED],
  },
  {
    name: 'signature: secrets go to an API that is not encrypted',
    file: 'src/cli/stack/cloud/deployed-api.ts',
    find: "if (protocol === 'https:' || LOOPBACK.test(hostname)) return;",
    replace: "if (protocol === 'https:' || hostname !== '') return;",
    tests: [REFUSALS],
    title: 'is not encrypted',
  },
  {
    name: 'deployed stack: one of several outputs is taken without a question',
    file: 'src/cli/stack/cloud/stack-outputs.ts',
    find: 'if (more.length > 0) {',
    replace: 'if (more.length > 9) {',
    tests: [SIGNED],
  },
  {
    name: 'refusal: a lease id is repeated from what AWS says',
    file: 'src/cli/stack/cloud/explain-refusal.ts',
    find: "hideLeaseId(line, '*').slice(0, MAX_MESSAGE_LENGTH)",
    replace: 'line.slice(0, MAX_MESSAGE_LENGTH)',
    tests: [EXPLAINED],
  },
  {
    name: 'refusal: a clock that is off is taken for a missing permission',
    file: 'src/cli/stack/cloud/explain-refusal.ts',
    find: 'isLate || Math.abs(skewMs) > MAX_SKEW_MS',
    replace: 'isLate && Math.abs(skewMs) > MAX_SKEW_MS',
    tests: [EXPLAINED],
  },
  {
    name: 'import: what was imported is said to go further than the first failure',
    file: 'src/async/map-in-order.ts',
    find: '  await previous;\n',
    replace: '  await Promise.allSettled([previous]);\n',
    tests: ['test/async/map-in-order.test.ts'],
  },
  {
    name: 'import: a chunk that was refused for good is sent again and again',
    file: 'src/cli/stack/client/import-retries.ts',
    find: 'error instanceof ApiError && PASSING.has(error.status)',
    replace: 'error instanceof ApiError',
    tests: [IMPORTER],
  },
];
