import type { Sabotage } from '../sabotage.ts';

const EVENTS = 'test/sweeps/record/sweep-events.test.ts';
const CHECK_BATCHES = 'test/sweeps/check/check-batches.test.ts';
const FAULTS_30_36 = 'test/sweeps/faults/duplicates-ticks-and-old-sweeps.test.ts';
const FAULTS_31 = 'test/sweeps/faults/crash-after-any-write.test.ts';
const FAULTS_38_42 = 'test/sweeps/faults/late-batches-clock-and-changes.test.ts';
const THROTTLED = 'test/functions/checker/throttled-rows.test.ts';
const ROWS_FIRST = `  if (inTime && sweep.state === SweepState.running) {
    const changed = await applyResults(dependencies, { ...sweep, policy }, { result, rows });
    const events = changed.flatMap((row) => proxyStatusChanged(row, result) ?? []);
    if (events.length > 0) await dependencies.publishEvents?.(events);
  }
`;
const LEDGER_LAST = '  await recordBatch(dependencies, sweep, result);\n';

/** The order of a sweep's writes, its fences and its ids. */
export const SWEEP_SABOTAGES: readonly Sabotage[] = [
  {
    name: 'order of writes: the ledger comes before the rows',
    file: 'src/sweeps/record/commit-batch.ts',
    find: ROWS_FIRST + LEDGER_LAST,
    replace: LEDGER_LAST + ROWS_FIRST,
    tests: [FAULTS_31],
    title: 'with several batches',
  },
  {
    name: 'order of writes: rows and ledger come before the result item',
    file: 'src/sweeps/check/check-batches.ts',
    find: `    const stored = await storage.results.put(probed);
    await commitBatch(this.#dependencies, stored, { ...batch, begunAt });`,
    replace: `    await commitBatch(this.#dependencies, probed, { ...batch, begunAt });
    await storage.results.put(probed);`,
    tests: [FAULTS_30_36],
    title: 'FAULTS 30',
  },
  {
    name: 'acknowledgement: it comes before the writes',
    file: 'src/sweeps/check/check-batches.ts',
    find: 'return { outcome: this.#settle(this.#check(batch, work, begunAt), message) };',
    replace: `void this.#settle(this.#check(batch, work, begunAt), message);
    return { outcome: Promise.resolve('done') };`,
    tests: ['test/functions/checker/nothing-outlives-the-return.test.ts'],
  },
  {
    name: 'redelivery: proxies with stored results are probed again',
    file: 'src/sweeps/check/check-batches.ts',
    find: 'if (batch.stored) {',
    replace: 'if (batch.stored && batch.rows.length < 0) {',
    tests: [FAULTS_30_36],
    title: 'FAULTS 30',
  },
  {
    name: 'redelivery: a row written by this sweep is decided again',
    file: 'src/sweeps/record/apply-results.ts',
    find: 'if (row.rowSweepId >= sweepId) return',
    replace: "if (row.rowSweepId >= sweepId && verdict === 'inconclusive') return",
    tests: [FAULTS_30_36],
    title: 'FAULTS 30',
  },
  {
    name: 'events: they are sent after the ledger is written',
    file: 'src/sweeps/record/commit-batch.ts',
    find: `    if (events.length > 0) await dependencies.publishEvents?.(events);
  }
${LEDGER_LAST}`,
    replace: `    await recordBatch(dependencies, sweep, result);
    if (events.length > 0) return dependencies.publishEvents?.(events);
  }
${LEDGER_LAST}`,
    tests: [EVENTS],
  },
  {
    name: 'events: they are not sent again with a repeated message',
    file: 'src/sweeps/record/apply-results.ts',
    find: 'return row.statusSweepId === sweepId ? row : null;',
    replace: 'return row.statusSweepId === sweep.toString() ? row : null;',
    tests: [EVENTS],
  },
  {
    name: 'events: the pool is released before the sweep is announced as finished',
    file: 'src/sweeps/record/close-sweep.ts',
    find: '  const event = sweepFinished(sweep);\n',
    replace: `  await storage.pools.clearRunningSweep(sweep.poolName, sweep.sweepId);
  const event = sweepFinished(sweep);
`,
    tests: [EVENTS],
  },
  {
    name: 'deadline fence: rows are written after it',
    file: 'src/sweeps/record/commit-batch.ts',
    find: 'if (inTime && sweep.state',
    replace: 'if (inTime !== null && sweep.state',
    tests: [CHECK_BATCHES],
  },
  {
    name: 'closed-sweep fence: rows are written for a closed sweep',
    file: 'src/sweeps/record/commit-batch.ts',
    find: 'if (inTime && sweep.state === SweepState.running) {',
    replace: 'if (inTime && sweep.state in SweepState) {',
    tests: [CHECK_BATCHES],
  },
  {
    name: 'both fences: an older sweep writes rows after a newer one confirmed them',
    file: 'src/sweeps/record/commit-batch.ts',
    find: 'if (inTime && sweep.state === SweepState.running) {',
    replace: 'if (inTime !== null && sweep.state in SweepState) {',
    tests: [FAULTS_38_42],
    title: 'FAULTS 38b',
  },
  {
    name: 'close: a batch recorded meanwhile is overlooked',
    file: 'src/sweeps/record/close-sweep.ts',
    find: 'if (sweep.missingBatches?.length) await',
    replace: 'if (!sweep.missingBatches) await',
    tests: [FAULTS_30_36],
    title: 'FAULTS 36',
  },
  {
    name: 'late batch: the sweep is not read again after the ledger entry',
    file: 'src/sweeps/record/record-batch.ts',
    find: 'const current = overdue ? await',
    replace: 'const current = overdue && !sweep ? await',
    tests: [FAULTS_30_36],
    title: 'FAULTS 36',
  },
  {
    name: 'late batch: it is not counted',
    file: 'src/sweeps/record/close-sweep.ts',
    find: 'if (late > 0)',
    replace: 'if (late < 0)',
    tests: [FAULTS_30_36],
    title: 'FAULTS 36',
  },
  {
    name: 'scheduled sweep: every tick makes another id',
    file: 'src/model/sweep-id.ts',
    find: 'formatSweepId(scheduledAtMs, hashTail(',
    replace: 'formatSweepId(scheduledAtMs, ((_text: string) => randomBytes(TAIL_BYTES))(',
    tests: ['test/model/sweep-id.test.ts', 'test/functions/fan-out/handler.test.ts'],
  },
  {
    name: 'sweep by hand: its id follows the wall clock alone',
    file: 'src/model/sweep-id.ts',
    find: 'Math.max(nowMs, afterLast, bornAt)',
    replace: 'Math.max(nowMs, 0 * (afterLast + bornAt))',
    tests: [FAULTS_38_42],
    title: 'FAULTS 41',
  },
  {
    name: 'offsets: a wall clock that is set back makes them negative',
    file: 'src/sweeps/check/stored-result.ts',
    find: 'Math.max(0, Date.parse(result.checkedAt) - frame.startedAt)',
    replace: 'Date.parse(result.checkedAt) - frame.startedAt',
    tests: [FAULTS_38_42],
    title: 'FAULTS 41',
  },
  {
    name: 'control probe: verdicts stand although the target is down',
    file: 'src/sweeps/check/probe-batch.ts',
    find: 'control && !control.ok ? setAside(stored, control) : stored',
    replace: 'control && control.ok ? setAside(stored, control) : stored',
    tests: [CHECK_BATCHES],
  },
  {
    name: 'control probe: it is not repeated after the batch',
    file: 'src/sweeps/check/probe-batch.ts',
    find: 'return controlBefore?.ok ? checker.checkTarget({ options, signal }) : controlBefore;',
    replace: 'return signal.aborted ? checker.checkTarget({ options, signal }) : controlBefore;',
    tests: [CHECK_BATCHES],
  },
  {
    name: 'dispatch: it is marked as done too early',
    file: 'src/sweeps/start/dispatch-sweep.ts',
    find: `  await sendBatches(missing.map((bits) => ({ sweepId, poolName, bits, deadlineAt })));
  await storage.sweeps.markDispatched(sweepId, new Date(clock.now()).toISOString());`,
    replace: `  await storage.sweeps.markDispatched(sweepId, new Date(clock.now()).toISOString());
  await sendBatches(missing.map((bits) => ({ sweepId, poolName, bits, deadlineAt })));`,
    tests: ['test/sweeps/start/dispatch-sweep.test.ts'],
  },
  {
    name: 'dispatch: batches are sent in id order, all to one shard at a time',
    file: 'src/sweeps/start/dispatch-sweep.ts',
    find: 'inSendingOrder(missingBatches(sweep, ledger))',
    replace: 'inSendingOrder([]).concat(missingBatches(sweep, ledger))',
    tests: ['test/sweeps/start/dispatch-sweep.test.ts'],
  },
  {
    name: 'tick: a summary lost in a crash is not restored',
    file: 'src/sweeps/start/start-sweep.ts',
    find: '  if (stored) return stored.poolName === poolName ? stored : null;\n',
    replace: '  if (stored ?? sweepId) throw new Error(sweepId);\n',
    tests: [FAULTS_31],
    title: 'with several batches',
  },
  {
    name: 'tick: an overdue sweep is not closed',
    file: 'src/sweeps/start/run-tick.ts',
    find: '|| clock.now() > closesAtMs(sweep, limits);',
    replace: '|| clock.now() > closesAtMs(sweep, limits) * 2;',
    tests: ['test/sweeps/start/run-tick.test.ts'],
  },
  {
    name: 'time: the probes of a batch are not cut short',
    file: 'src/sweeps/check/check-batches.ts',
    find: 'setTimeout(() => cut.abort(), ',
    replace: 'setTimeout(() => cut.signal.aborted, ',
    tests: ['test/sweeps/faults/tarpits.test.ts'],
  },
  {
    name: 'throttled rows: the batch counts as failed',
    file: 'src/sweeps/check/check-batches.ts',
    find: '!(outcome.failed instanceof BusyError)',
    replace: '!(outcome.failed instanceof BusyError && outcome.failed.code === message.bits)',
    tests: [THROTTLED],
  },
  {
    name: 'throttled rows: they are not waited for',
    file: 'src/sweeps/record/row-writer.ts',
    find: 'if (!(error instanceof BusyError)) throw error;',
    replace: 'if (!(error instanceof BusyError) || repetition > 0) throw error;',
    tests: [THROTTLED, 'test/sweeps/record/row-writer.test.ts'],
  },
  {
    name: 'throttled rows: they are begun until the checker is stopped',
    file: 'src/sweeps/record/row-writer.ts',
    find: 'if (this.#isThrottled && !this.#hasTime()) {',
    replace: 'if (this.#isThrottled && !this.#hasTime() && repetition > 99) {',
    tests: [THROTTLED],
  },
  {
    name: 'throttled rows: a slow write is not taken for a throttled one',
    file: 'src/sweeps/record/row-writer.ts',
    find: '- startedAt > THROTTLED_MS)',
    replace: '- startedAt > THROTTLED_MS * 1000)',
    tests: ['test/sweeps/record/row-writer.test.ts'],
  },
  {
    name: 'throttled rows: each batch writes by itself, as many rows at once',
    file: 'src/sweeps/record/row-writer.ts',
    find: 'this.#places.run(async () => {',
    replace: 'new Places(999).run(async () => {',
    tests: ['test/sweeps/record/row-writer.test.ts'],
  },
  {
    name: 'gateway: the number that its pool allows is ignored',
    file: 'src/sweeps/check/probe-backlog.ts',
    find: 'inFlightPerHost(policy, limits)',
    replace: 'inFlightPerHost({ ...policy, maxInFlightPerHost: null }, limits)',
    tests: ['test/sweeps/check/host-limits.test.ts'],
  },
  {
    name: 'gateway: of two pools that share it, the one that comes last decides',
    file: 'src/model/batch-time.ts',
    find: 'if (maxInFlightPerHost < this.of(host))',
    replace: 'if (maxInFlightPerHost > 0 || this.of(host) < 0)',
    tests: ['test/sweeps/check/host-limits.test.ts'],
    title: 'more careful of two pools',
  },
  {
    name: 'deletion: a batch of a deleted pool is probed',
    file: 'src/sweeps/check/prepare-batch.ts',
    find: 'if (sweep.state !== SweepState.running) await',
    replace: 'if (!sweep.state) await',
    tests: ['test/pools/delete-pool.test.ts'],
    title: 'FAULTS 37',
  },
  {
    name: 'deletion: a pool goes while an earlier import may still write',
    file: 'src/pools/continue-deletions.ts',
    find: 'if (askedAt <= removableAfterMs(pool)) return',
    replace: 'if (askedAt < Number(removableAfterMs(pool) < 0)) return',
    tests: ['test/pools/delete-pool.test.ts'],
  },
];
