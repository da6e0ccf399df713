import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { formatCostPage } from '../../docs/generate-cost.ts';
import { idleItems } from '../../src/cost/estimate-cost.ts';
import { ALARMS, TICKS } from '../../src/cost/idle-use.ts';
import { resourcesOf, templateOf } from '../cdk/template.ts';

it('docs/cost.md is what `npm run docs` writes', () => {
  const written = readFileSync(new URL('../../docs/cost.md', import.meta.url), 'utf8');
  expect(written).toBe(formatCostPage());
});

describe('a stack that does nothing', () => {
  it('costs at most $1.50 a month', () => {
    const usd = idleItems(0).reduce((sum, { usdPerMonth }) => sum + usdPerMonth, 0);
    expect(usd).toBeGreaterThan(1);
    expect(usd).toBeLessThanOrEqual(1.5);
  });

  it('has as many alarms, each of one metric, and as many ticks as are counted', () => {
    const alarms = Object.values(resourcesOf(templateOf(), 'AWS::CloudWatch::Alarm'));
    const metrics = alarms.flatMap(
      ({ Properties }) => Properties.Metrics ?? [Properties.MetricName],
    );
    expect([alarms.length, metrics.length]).toEqual([ALARMS, ALARMS]);
    const [schedule] = Object.values(resourcesOf(templateOf(), 'AWS::Scheduler::Schedule'));
    expect(schedule?.Properties.ScheduleExpression).toBe('rate(1 minute)');
    expect(TICKS).toBe(30 * 24 * 60);
  });
});
