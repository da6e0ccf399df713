import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { Blame } from '../../src/health/blame.ts';
import { resourcesOf, templateOf } from './template.ts';

const template = templateOf({ network: { kind: 'fixedEgress', natGateways: 2 } });

interface Widget {
  readonly type: string;
  readonly width: number;
  readonly properties: {
    readonly title: string;
    readonly query?: string;
    readonly metrics?: readonly (readonly unknown[])[];
  };
}

/** The dashboard's body with a name in place of each reference, as CloudFormation would make it. */
const widgets: readonly Widget[] = (() => {
  const [dashboard] = Object.values(resourcesOf(template, 'AWS::CloudWatch::Dashboard'));
  const [separator, parts] = dashboard?.Properties.DashboardBody['Fn::Join'] ?? [];
  const text = parts.map((part: unknown) =>
    typeof part === 'string' ? part : (Object.values(Object(part)).flat()[0] ?? ''),
  );
  return JSON.parse(text.join(separator)).widgets;
})();

describe('the dashboard', () => {
  it('has rows as wide as the screen', () => {
    expect(widgets.length).toBeGreaterThan(12);
    const width = widgets.reduce((sum, widget) => sum + widget.width, 0);
    expect(width % 24).toBe(0);
  });

  it('reads the fleet from log groups of this stack, by a line that is logged', () => {
    const queries = widgets.flatMap(({ properties }) => properties.query ?? []);
    expect(queries).toHaveLength(4);
    const source = readFileSync(
      new URL('../../functions/count-sweeps.ts', import.meta.url),
      'utf8',
    );
    const groups = Object.keys(resourcesOf(template, 'AWS::Logs::LogGroup'));
    for (const query of queries) {
      const sources = [...query.matchAll(/SOURCE '([^']+)'/g)].map(([, id]) => id);
      expect(sources).toHaveLength(3);
      expect(groups).toEqual(expect.arrayContaining(sources));
      const [, message = ''] = /filter message = "([^"]+)"/.exec(query) ?? [];
      expect(source).toContain(`logger.info('${message}'`);
    }
    for (const blame of Object.values(Blame)) {
      expect(queries.join('\n')).toContain(`sum(blame.${blame}) as ${blame}`);
    }
  });

  it('shows metrics of this stack alone', () => {
    const metrics = widgets.flatMap(({ properties }) => properties.metrics ?? []);
    const ids = Object.keys(template.toJSON().Resources);
    const owners = metrics.map((metric) =>
      metric.filter((part) => typeof part === 'string').at(-1),
    );
    expect(owners.length).toBeGreaterThan(40);
    for (const owner of owners) expect([...ids, 'Lighthouse']).toContain(owner);
  });

  it('shows no metric of the functions that they do not write', () => {
    const folder = new URL('../../functions/', import.meta.url);
    const sources = readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((path) => path.endsWith('.ts'))
      .map((path) => readFileSync(new URL(path, folder), 'utf8'))
      .join('');
    const names = widgets
      .flatMap(({ properties }) => properties.metrics ?? [])
      .filter(([namespace]) => namespace === 'Lighthouse')
      .map(([, name]) => String(name));
    expect(names.length).toBeGreaterThan(4);
    for (const name of names) expect(sources).toContain(`'${name}'`);
  });

  it('shows what the NAT gateways carry, when there are some', () => {
    const titles = JSON.stringify(widgets);
    expect(titles).toContain('NAT gateway 2, bytes out');
  });

  it('is left out when the settings say so, with its output', () => {
    const without = templateOf({ dashboard: false });
    without.resourceCountIs('AWS::CloudWatch::Dashboard', 0);
    expect(without.findOutputs('DashboardName')).toEqual({});
  });
});
