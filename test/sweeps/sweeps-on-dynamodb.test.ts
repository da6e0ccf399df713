import { describe, expect, it } from 'vitest';
import { readProxyHistory } from '../../src/pools/proxy-history.ts';
import { readProxyViews } from '../../src/pools/proxy-views.ts';
import { readSweepReport } from '../../src/sweeps/report/sweep-report.ts';
import { readSweepResults } from '../../src/sweeps/report/sweep-results.ts';
import { auditSweep } from '../support/audit/audit-sweep.ts';
import type { Finding } from '../support/fakes/fake-checker.ts';
import { useDynamoDb } from '../support/storage/dynamodb.ts';
import { SweepWorld } from '../support/sweeps/sweep-world.ts';

const DOWN: Finding = { status: 'inactive', failure: 'timeout', failedPhase: 'connect' };

describe('sweeps on DynamoDB', () => {
  const database = useDynamoDb();

  async function createWorld(): Promise<SweepWorld> {
    return new SweepWorld(await database.openStorage());
  }

  it('account for every proxy, and everything reads back', async () => {
    const world = await createWorld();
    const proxyIds = await world.fill(400);
    const dead = new Set(proxyIds.filter((_, index) => index % 4 === 0));
    world.checker.finding = ({ id }) => (dead.has(id) ? DOWN : {});
    const { sweepId } = await world.sweep();
    await auditSweep(world.storage, sweepId, { events: world.events, proxyIds });
    const report = await readSweepReport(world, sweepId);
    expect(report).toMatchObject({
      state: 'complete',
      totals: { proxies: 400, active: 300, inactive: 100 },
      failures: [{ code: 'timeout', blame: 'proxy', count: 100 }],
    });
    const { results } = await readSweepResults(world, sweepId, { limit: 1000 });
    expect(results.map(({ proxyId }) => proxyId)).toEqual(proxyIds);
    const inactive = await readProxyViews(world, 'fleet', { status: 'inactive', limit: 1000 });
    expect(inactive.proxies.map(({ proxyId }) => proxyId)).toEqual([...dead]);
    const history = await readProxyHistory(world, 'fleet', proxyIds[0] ?? '', { limit: 5 });
    expect(history.results).toMatchObject([{ sweepId, status: 'inactive', failure: 'timeout' }]);
  });
});
