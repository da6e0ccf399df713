import { readdirSync, readFileSync } from 'node:fs';
import { Match } from 'aws-cdk-lib/assertions';
import { describe, expect, it } from 'vitest';
import { parseSettings } from '../../cdk/settings.ts';
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

/** Entries without an alarm: causes that several alarms have. */
const CAUSES = ['throttling'];

function idsOf(type: string): string[] {
  return Object.keys(resourcesOf(template, type));
}

describe('the alarms and the runbook', () => {
  it('link to each other: every alarm has an entry, and every entry but causes an alarm', () => {
    expect(alarms.length).toBeGreaterThan(5);
    expect([...new Set(alarms.map(entryOf)), ...CAUSES].sort()).toEqual([...entries.keys()].sort());
    for (const cause of CAUSES) expect(runbook).toContain(`](#${cause})`);
  });

  it.each([...entries])('%s has a description, an investigation and a repair', (_, entry) => {
    const parts = [...entry.matchAll(/^\*\*(\w+)\.\*\*/gm)].map(([, part]) => part);
    expect(parts).toEqual(['Description', 'Investigation', 'Repair']);
  });

  it('the runbook links only to entries and settings that exist', () => {
    const links = [...runbook.matchAll(/\]\(#([a-z-]+)\)/g)].map(([, slug = '']) => slug);
    expect(links.filter((slug) => !entries.has(slug))).toEqual([]);
    const settings = [...runbook.matchAll(/`(checker|queue|fanOut|api|alarms)\.(\w+)`/g)];
    const known: object = parseSettings();
    expect(settings.length).toBeGreaterThan(10);
    for (const [, group = '', name = ''] of settings) {
      expect(known).toHaveProperty([group, name]);
    }
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
    const watched = alarms as unknown as WatchedMetric[];
    const refs = (namespace: string, dimension: string) =>
      watched
        .filter(({ Namespace }) => Namespace === namespace)
        .map(({ Dimensions }) =>
          JSON.stringify(Dimensions.find(({ Name }) => Name === dimension)?.Value),
        );
    expect(new Set(refs('AWS/SQS', 'QueueName'))).toEqual(
      new Set(queues.map((id) => JSON.stringify({ 'Fn::GetAtt': [id, 'QueueName'] }))),
    );
    // Each error of the api's function is a 5xx of the API.
    expect(new Set(refs('AWS/Lambda', 'FunctionName'))).toEqual(
      new Set(
        functions
          .filter((id) => !id.startsWith('FunctionsApi'))
          .map((id) => JSON.stringify({ Ref: id })),
      ),
    );
    const [api] = idsOf('AWS::ApiGatewayV2::Api');
    expect(refs('AWS/ApiGateway', 'ApiId')).toEqual([JSON.stringify({ Ref: api })]);
    const namespaces = ['AWS/ApiGateway', 'AWS/Lambda', 'AWS/SQS', 'Lighthouse'];
    expect([...new Set(watched.map(({ Namespace }) => Namespace))].sort()).toEqual(namespaces);
  });

  it('watches one metric of standard resolution, which is what it costs', () => {
    for (const alarm of alarms) {
      expect(alarm).toMatchObject({
        MetricName: expect.any(String),
        Namespace: expect.any(String),
      });
      expect(alarm).not.toHaveProperty('Metrics');
      expect(Number(alarm.Period)).toBeGreaterThanOrEqual(60);
    }
  });

  it('goes off when no tick comes, unless the schedule is off', () => {
    const silent = {
      MetricName: 'Invocations',
      ComparisonOperator: 'LessThanThreshold',
      TreatMissingData: 'breaching',
    };
    template.hasResourceProperties('AWS::CloudWatch::Alarm', silent);
    const unscheduled = templateOf({ fanOut: { scheduleEnabled: false } });
    unscheduled.resourcePropertiesCountIs('AWS::CloudWatch::Alarm', silent, 0);
    unscheduled.resourceCountIs('AWS::CloudWatch::Alarm', alarms.length - 1);
  });

  it('goes off when the oldest batch has waited for as long as the settings say', () => {
    templateOf({ alarms: { oldestBatchMinutes: 90 } }).hasResourceProperties(
      'AWS::CloudWatch::Alarm',
      { MetricName: 'ApproximateAgeOfOldestMessage', Threshold: 90 * 60 },
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
