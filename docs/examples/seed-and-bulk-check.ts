/**
 * Seed and bulk-check: import a list into a pool and sweep it with the same accounting as the
 * deployed stack, in one process. An array takes the place of SQS.
 */
import {
  type BatchMessage,
  checkBatches,
  createPool,
  DEFAULT_SWEEP_LIMITS,
  dispatchSweep,
  HealthChecker,
  importProxies,
  MemoryStorage,
  parseProxyList,
  readSweepReport,
  startSweep,
  streamSweepResults,
  systemClock,
} from 'proxy-lighthouse';
import { startDemoFleet } from '../../src/local/fleet/index.ts';

const fleet = await startDemoFleet();
try {
  const clock = systemClock;
  const limits = DEFAULT_SWEEP_LIMITS;
  const storage = new MemoryStorage({ clock });
  const policy = { options: { targetUrl: fleet.targetUrl, ca: fleet.caPem, timeoutMs: 4000 } };
  const pool = await createPool({ storage, clock }, 'shop', policy);
  const entries = parseProxyList(fleet.list, { salt: pool.salt, allowPrivateAddresses: true });
  const imported = await importProxies({ storage }, 'shop', entries);
  console.log(`imported ${imported.added} of ${imported.read} entries`);

  const queue: BatchMessage[] = [];
  const sendBatches = async (messages: readonly BatchMessage[]) => void queue.push(...messages);
  const { sweepId } = await startSweep(
    { storage, clock, limits },
    { poolName: 'shop', trigger: 'manual' },
  );
  await dispatchSweep({ storage, clock, sendBatches }, sweepId);

  const checker = new HealthChecker({ allowPrivateAddresses: true });
  await checkBatches({ storage, checker, clock, limits }, queue, {
    remainingMs: () => limits.checkerTimeoutMs,
    signal: new AbortController().signal,
    defer: async (message) => void queue.push(message),
  });

  console.log(await readSweepReport({ storage }, sweepId));
  for await (const record of streamSweepResults({ storage }, sweepId)) {
    console.log(record.proxy, record.status, record.failure ?? '', record.blame ?? '');
  }
} finally {
  await fleet.close();
}
