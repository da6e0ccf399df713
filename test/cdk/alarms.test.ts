import { readdirSync, readFileSync } from 'node:fs';
import { Match } from 'aws-cdk-lib/assertions';
import { describe, expect, it } from 'vitest';
import { TABLE_ACCESS } from '../../cdk/table-access.ts';
import { listFailures } from '../../src/health/failure.ts';
import { resourcesOf, templateOf } from './template.ts';

interface WatchedMetric {
  readonly Namespace: string;
  readonly MetricName: string;
  readonly Dimensions: readonly { readonly Name: string; readonly Value: unknown }[];
}

const template = templateOf();
const alarms = Object.values(resourcesOf(template, 'AWS::CloudWatch::Alarm')).map(
  ({ Properties }) => Properties,
);
const runbook = readFileSync(new URL('../../docs/runbook.md', import.meta.url), 'utf8');
const entries = new Map(
  runbook
    .split(/^## /m)
    .slice(1)
    .map((entry) => [slugOf(entry.slice(0, entry.indexOf('\n'))), entry]),
);

/** The anchor GitHub gives a heading. */
function slugOf(heading: string): string {
  return heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N} -]/gu, '')
    .replaceAll(' ', '-');
}

function entryOf({ AlarmDescription }: Record<string, unknown>): string {
  return /^\S.*\. docs\/runbook\.md#([a-z-]+)$/.exec(String(AlarmDescription))?.[1] ?? 'none';
}

function watchedBy(alarm: Record<string, unknown>): WatchedMetric[] {
  if (alarm.MetricName !== undefined) return [alarm as unknown as WatchedMetric];
  const queries = alarm.Metrics as readonly { MetricStat?: { Metric: WatchedMetric } }[];
  return queries.flatMap(({ MetricStat }) => MetricStat?.Metric ?? []);
}

function idsOf(type: string): string[] {
  return Object.keys(resourcesOf(template, type));
}

describe('the alarms and the runbook', () => {
  it('link to each other: every alarm has an entry, and every entry an alarm', () => {
    expect(alarms.length).toBeGreaterThan(5);
    expect([...new Set(alarms.map(entryOf))].sort()).toEqual([...entries.keys()].sort());
  });

  it.each([...entries])('%s has a description, an investigation and a repair', (_, entry) => {
    const parts = [...entry.matchAll(/^\*\*(\w+)\.\*\*/gm)].map(([, part]) => part);
    expect(parts).toEqual(['Description', 'Investigation', 'Repair']);
  });

  it('the runbook links only to entries and settings that exist', () => {
    const links = [...runbook.matchAll(/\]\(#([a-z-]+)\)/g)].map(([, slug = '']) => slug);
    expect(links.filter((slug) => !entries.has(slug))).toEqual([]);
    const settings = [...runbook.matchAll(/`((?:checker|queue|fanOut|alarms)\.\w+)`/g)];
    const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');
    expect(settings.filter(([, name = '']) => !readme.includes(`\`${name}\``))).toEqual([]);
  });

  it('the runbook quotes only messages that are logged and codes that exist', () => {
    const folder = new URL('../../functions/', import.meta.url);
    const sources = readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((path) => path.endsWith('.ts'))
      .map((path) => readFileSync(new URL(path, folder), 'utf8'))
      .join('');
    const messages = [...runbook.matchAll(/message = "([^"]+)"/g)].map(([, text = '']) => text);
    expect(messages.length).toBeGreaterThan(4);
    expect(messages.filter((text) => !sources.includes(`'${text}'`))).toEqual([]);
    const codes = [...runbook.matchAll(/`([a-z]+_[a-z_]+)`/g)].map(([, code = '']) => code);
    const known = [...listFailures().map(({ code }) => code), 'publish_failed'];
    expect(codes.filter((code) => !known.includes(code))).toEqual([]);
  });

  it('link to a runbook that is kept elsewhere', () => {
    const runbookUrl = 'https://wiki.example/lighthouse';
    templateOf({ alarms: { runbookUrl } }).hasResourceProperties('AWS::CloudWatch::Alarm', {
      AlarmDescription: Match.stringLikeRegexp(`${runbookUrl}#dlq-not-empty$`),
    });
  });
});

describe('an alarm', () => {
  it('watches the metrics of resources in this stack', () => {
    const queues = idsOf('AWS::SQS::Queue');
    const functions = idsOf('AWS::Lambda::Function');
    const tables = idsOf('AWS::DynamoDB::Table');
    const watched = alarms.flatMap(watchedBy);
    const refs = (namespace: string, dimension: string) =>
      watched
        .filter(({ Namespace }) => Namespace === namespace)
        .map(({ Dimensions }) =>
          JSON.stringify(Dimensions.find(({ Name }) => Name === dimension)?.Value),
        );
    const dlq = queues.find((id) => id.includes('DeadLetters'));
    expect(refs('AWS/SQS', 'QueueName')).toEqual([
      JSON.stringify({ 'Fn::GetAtt': [dlq, 'QueueName'] }),
    ]);
    expect(new Set(refs('AWS/Lambda', 'FunctionName'))).toEqual(
      new Set(functions.map((id) => JSON.stringify({ Ref: id }))),
    );
    expect(new Set(refs('AWS/DynamoDB', 'TableName'))).toEqual(
      new Set(tables.map((id) => JSON.stringify({ Ref: id }))),
    );
    const namespaces = ['AWS/DynamoDB', 'AWS/Lambda', 'AWS/SQS', 'Lighthouse'];
    expect([...new Set(watched.map(({ Namespace }) => Namespace))].sort()).toEqual(namespaces);
  });

  it('watches every operation that functions may call on a table', () => {
    const throttled = alarms
      .flatMap(watchedBy)
      .filter(({ MetricName }) => MetricName === 'ThrottledRequests');
    const operations = new Set(
      throttled.map(({ Dimensions }) => Dimensions.find(({ Name }) => Name === 'Operation')?.Value),
    );
    const called = Object.values(TABLE_ACCESS).flatMap((grants) =>
      Object.values(grants).flatMap(({ actions }) => actions),
    );
    expect(operations).toEqual(new Set(called));
  });

  it('goes off when no tick comes, unless the schedule is off', () => {
    const overdueOf = (properties: object) =>
      Match.objectLike({ MetricName: 'SweepsOverdue', ...properties });
    template.hasResourceProperties(
      'AWS::CloudWatch::Alarm',
      overdueOf({ TreatMissingData: 'breaching' }),
    );
    templateOf({ fanOut: { scheduleEnabled: false } }).hasResourceProperties(
      'AWS::CloudWatch::Alarm',
      overdueOf({ TreatMissingData: 'notBreaching' }),
    );
  });

  it('notifies the topic in the settings, and nothing without one', () => {
    expect(alarms.filter(({ AlarmActions }) => AlarmActions)).toEqual([]);
    const topicArn = 'arn:aws:sns:eu-west-1:123456789012:on-call';
    templateOf({ alarms: { topicArn } }).allResourcesProperties('AWS::CloudWatch::Alarm', {
      AlarmActions: [topicArn],
      OKActions: [topicArn],
    });
    expect(() => templateOf({ alarms: { topicArn: 'on-call' } })).toThrow(
      'alarms.topicArn: must be the ARN of an SNS topic',
    );
  });
});
