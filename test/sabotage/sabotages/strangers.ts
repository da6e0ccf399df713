import type { Sabotage } from '../sabotage.ts';

/** What keeps web pages, other users and wandering paths out. */
export const STRANGER_SABOTAGES: readonly Sabotage[] = [
  {
    name: 'strangers: any host name leads to the local stack',
    file: 'src/local/guard.ts',
    find: "LOOPBACK_HOST.test(host[0] ?? '')",
    replace: 'host[0] !== undefined',
    tests: ['test/local/strangers.test.ts'],
  },
  {
    name: 'strangers: a page of any origin may call the local stack',
    file: 'src/local/guard.ts',
    find: 'return isOwn && (',
    replace: 'return isOwn || (',
    tests: ['test/local/strangers.test.ts'],
  },
  {
    name: 'strangers: any key opens the local stack',
    file: 'src/local/guard.ts',
    find: '&& timingSafeEqual(given, wanted)',
    replace: '&& timingSafeEqual(wanted, wanted)',
    tests: ['test/local/strangers.test.ts'],
  },
  {
    name: 'strangers: the embedded SQS has no guard',
    file: 'src/local/services/sqs-service.ts',
    find: '  guard(server, { accessKeyId });',
    replace: '  guard.bind(server, { accessKeyId });',
    tests: ['test/local/strangers.test.ts'],
  },
  {
    name: 'files: what the services write is for everybody',
    file: 'src/local/services/serve-until-disconnect.ts',
    find: 'process.umask(0o077)',
    replace: 'process.umask(0o022)',
    tests: ['test/local/private-files.test.ts'],
  },
  {
    name: 'paths: the local gateway follows ..',
    file: 'src/local/http-api/route-table.ts',
    find: 'if (hasDotSegment(path)) return null;',
    replace: 'if (hasDotSegment(path) && path === method) return null;',
    tests: ['test/local/http-api.test.ts'],
  },
  {
    name: 'paths: the function takes .. for a name',
    file: 'functions/api/refuse-route.ts',
    find: 'part !== undefined && hasDotSegment(part)',
    replace: 'part === undefined || hasDotSegment(method)',
    tests: ['test/functions/api/dot-segments.test.ts'],
  },
];
