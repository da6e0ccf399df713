import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { resourcesOf, templateOf } from '../cdk/template.ts';
import { useDynamoDb } from '../support/storage/dynamodb.ts';
import { SweepWorld } from '../support/sweeps/sweep-world.ts';

const MINUTES_PER_MONTH = 30 * 24 * 60;
const document = readFileSync(new URL('../../docs/cost-model.md', import.meta.url), 'utf8');

const database = useDynamoDb();

describe('a stack that does nothing', () => {
  it('makes the calls a tick that the cost model counts', async () => {
    const world = new SweepWorld(await database.openStorage());
    await world.tick();
    const calls: string[] = [];
    database.client.middlewareStack.add((next, { commandName }) => (args) => {
      calls.push(String(commandName));
      return next(args);
    });
    await world.tick();
    // DynamoDB charges 1 unit for a consistent query that finds nothing, and half of it for a scan.
    expect(calls.sort()).toEqual(['QueryCommand', 'ScanCommand']);
    expect(document).toContain('an empty tick makes 2 calls, 1.5 read request units');
  });

  it('costs at most $1.50 a month, and what the cost model says', () => {
    const table = document.slice(document.indexOf('## A stack that does nothing'));
    const rows = [...table.matchAll(/^\| .* \| \$(\d+\.\d{3}) \|/gm)].map(([, usd]) => Number(usd));
    const sum = rows.reduce((total, each) => total + each, 0);
    expect(rows.length).toBeGreaterThan(5);
    const said = Number(/\*\*\$(\d\.\d\d) a month\*\*/.exec(table)?.[1]);
    expect(sum).toBeCloseTo(said, 2);
    expect(said).toBeLessThanOrEqual(1.5);
  });

  it('has as many alarms, and as many ticks, as the cost model counts', () => {
    const count = (pattern: RegExp) => Number(pattern.exec(document)?.[1]?.replace(',', ''));
    const alarms = resourcesOf(templateOf(), 'AWS::CloudWatch::Alarm');
    expect(count(/(\d+) alarms, each of one standard metric/)).toBe(Object.keys(alarms).length);
    expect(count(/([\d,]+) ticks/)).toBe(MINUTES_PER_MONTH);
  });
});
