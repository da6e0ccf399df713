import { Match } from 'aws-cdk-lib/assertions';
import { describe, expect, it } from 'vitest';
import { ROUTE_KEYS } from '../../functions/api/route-keys.ts';
import { TABLE_DEFINITIONS, TTL_ATTRIBUTE } from '../../src/storage/dynamodb-tables.ts';
import { resourcesOf, templateOf } from './template.ts';

const template = templateOf();

describe('the tables', () => {
  it('are four, on demand, encrypted, restorable and retained, and their items expire', () => {
    template.resourceCountIs('AWS::DynamoDB::Table', Object.keys(TABLE_DEFINITIONS).length);
    template.allResourcesProperties('AWS::DynamoDB::Table', {
      BillingMode: 'PAY_PER_REQUEST',
      SSESpecification: { SSEEnabled: true },
      PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
      TimeToLiveSpecification: { AttributeName: TTL_ATTRIBUTE, Enabled: true },
    });
    template.allResources('AWS::DynamoDB::Table', { DeletionPolicy: 'Retain' });
  });

  it.each(Object.entries(TABLE_DEFINITIONS))(
    '%s has the keys that storage uses',
    (_, definition) => {
      const { partitionKey, sortKey, index } = definition;
      template.hasResourceProperties('AWS::DynamoDB::Table', {
        KeySchema: [
          { AttributeName: partitionKey, KeyType: 'HASH' },
          ...(sortKey ? [{ AttributeName: sortKey, KeyType: 'RANGE' }] : []),
        ],
        GlobalSecondaryIndexes: index
          ? [
              Match.objectLike({
                IndexName: index.indexName,
                KeySchema: [
                  { AttributeName: index.partitionKey, KeyType: 'HASH' },
                  { AttributeName: index.sortKey, KeyType: 'RANGE' },
                ],
              }),
            ]
          : Match.absent(),
      });
    },
  );

  it('are deleted with the stack when the settings say so', () => {
    const destroyed = templateOf({ dataRemoval: 'destroy' });
    destroyed.allResources('AWS::DynamoDB::Table', { DeletionPolicy: 'Delete' });
  });
});

describe('the queue', () => {
  it('hides a message for at least 6 times the timeout of the checker', () => {
    const [queue] = Object.values(resourcesOf(template, 'AWS::SQS::Queue')).filter(
      ({ Properties }) => Properties.RedrivePolicy,
    );
    const checker = functionOf('checker');
    expect(queue?.Properties.VisibilityTimeout).toBeGreaterThanOrEqual(
      6 * checker.Properties.Timeout,
    );
  });

  it('leaves 5 failures to the checker, and moves a message itself after 100 receives more', () => {
    const deadLetters = Object.entries(resourcesOf(template, 'AWS::SQS::Queue')).find(
      ([, { Properties }]) => !Properties.RedrivePolicy,
    );
    expect(deadLetters?.[1].Properties.MessageRetentionPeriod).toBe(14 * 86_400);
    template.hasResourceProperties('AWS::SQS::Queue', {
      RedrivePolicy: {
        maxReceiveCount: 105,
        deadLetterTargetArn: { 'Fn::GetAtt': [deadLetters?.[0], 'Arn'] },
      },
    });
  });

  it('lets the checker count its failures and send to the dead-letter queue', () => {
    const [deadLetters] =
      Object.entries(resourcesOf(template, 'AWS::SQS::Queue')).find(
        ([, { Properties }]) => !Properties.RedrivePolicy,
      ) ?? [];
    expect(functionOf('checker').Properties.Environment.Variables).toMatchObject({
      MAX_RECEIVES: '5',
      DEAD_LETTER_QUEUE_URL: { Ref: deadLetters },
    });
  });

  it('is encrypted and refuses plain HTTP, and so is its dead-letter queue', () => {
    template.allResourcesProperties('AWS::SQS::Queue', { SqsManagedSseEnabled: true });
    template.resourceCountIs('AWS::SQS::QueuePolicy', 2);
    template.allResourcesProperties('AWS::SQS::QueuePolicy', {
      PolicyDocument: {
        Statement: [
          Match.objectLike({
            Effect: 'Deny',
            Action: 'sqs:*',
            Condition: { Bool: { 'aws:SecureTransport': 'false' } },
          }),
        ],
      },
    });
  });

  it('feeds the checker 8 records at a time, collected for a second, each failing by itself', () => {
    template.resourceCountIs('AWS::Lambda::EventSourceMapping', 1);
    template.hasResourceProperties('AWS::Lambda::EventSourceMapping', {
      BatchSize: 8,
      MaximumBatchingWindowInSeconds: 1,
      FunctionResponseTypes: ['ReportBatchItemFailures'],
      ScalingConfig: { MaximumConcurrency: 5 },
      FunctionName: { Ref: functionOf('checker').id },
    });
  });
});

describe('the functions', () => {
  it('run on Node 24 and arm64, each with a log group that expires', () => {
    template.resourceCountIs('AWS::Lambda::Function', 3);
    template.allResourcesProperties('AWS::Lambda::Function', {
      Runtime: 'nodejs24.x',
      Architectures: ['arm64'],
      Handler: 'index.handler',
      LoggingConfig: { LogGroup: Match.anyValue() },
    });
    template.allResourcesProperties('AWS::Logs::LogGroup', { RetentionInDays: 30 });
  });

  it('are stopped by Lambda should one of them ever call itself', () => {
    template.allResourcesProperties('AWS::Lambda::Function', { RecursiveLoop: 'Terminate' });
  });

  it('are never allowed private addresses', () => {
    for (const name of ['fan-out', 'checker', 'api']) {
      const variables = functionOf(name).Properties.Environment.Variables;
      expect(variables).not.toHaveProperty('ALLOW_PRIVATE_ADDRESSES');
    }
  });

  it('take their sizes from the settings', () => {
    const checker = { memoryMb: 1024, maxInFlight: 400, maxInFlightPerHost: 8, maxConcurrency: 50 };
    const sized = templateOf({ checker });
    sized.hasResourceProperties('AWS::Lambda::Function', {
      MemorySize: 1024,
      Environment: {
        Variables: Match.objectLike({ MAX_IN_FLIGHT: '400', MAX_IN_FLIGHT_PER_HOST: '8' }),
      },
    });
    sized.hasResourceProperties('AWS::Lambda::EventSourceMapping', {
      ScalingConfig: { MaximumConcurrency: 50 },
    });
  });
});

describe('the event bus', () => {
  it('is the only one, and every function knows its name', () => {
    template.resourceCountIs('AWS::Events::EventBus', 1);
    const [bus] = Object.keys(resourcesOf(template, 'AWS::Events::EventBus'));
    template.allResourcesProperties('AWS::Lambda::Function', {
      Environment: { Variables: Match.objectLike({ EVENT_BUS_NAME: { Ref: bus } }) },
    });
  });
});

describe('a deploy', () => {
  it('updates the checker, then the fan-out, then the api: readers before those who send', () => {
    const [checker, fanOut, api] = (['checker', 'fan-out', 'api'] as const).map(functionOf);
    expect(dependenciesOf(fanOut?.id)).toContain(checker?.id);
    expect(dependenciesOf(api?.id)).toContain(fanOut?.id);
    expect(dependenciesOf(checker?.id)).not.toContain(fanOut?.id);
  });

  const dependenciesOf = (id = ''): readonly string[] =>
    resourcesOf(template, 'AWS::Lambda::Function')[id]?.DependsOn ?? [];
});

describe('the schedule', () => {
  it('calls the fan-out every minute with the scheduled time', () => {
    template.resourceCountIs('AWS::Scheduler::Schedule', 1);
    template.hasResourceProperties('AWS::Scheduler::Schedule', {
      ScheduleExpression: 'rate(1 minute)',
      State: 'ENABLED',
      Target: {
        Arn: { 'Fn::GetAtt': [functionOf('fan-out').id, 'Arn'] },
        Input: '{"scheduledAt":"<aws.scheduler.scheduled-time>"}',
      },
    });
  });

  it('can be turned off', () => {
    templateOf({ fanOut: { scheduleEnabled: false } }).hasResourceProperties(
      'AWS::Scheduler::Schedule',
      { State: 'DISABLED' },
    );
  });
});

describe('the HTTP API', () => {
  it('has the routes of the function and one for all others, each behind IAM', () => {
    const routes = Object.values(resourcesOf(template, 'AWS::ApiGatewayV2::Route'));
    expect(routes.map(({ Properties }) => Properties.RouteKey).sort()).toEqual(
      ['$default', ...ROUTE_KEYS].sort(),
    );
    template.allResourcesProperties('AWS::ApiGatewayV2::Route', { AuthorizationType: 'AWS_IAM' });
  });

  it('is throttled and logs every request', () => {
    template.hasResourceProperties('AWS::ApiGatewayV2::Stage', {
      StageName: '$default',
      DefaultRouteSettings: { ThrottlingRateLimit: 50, ThrottlingBurstLimit: 100 },
      AccessLogSettings: { DestinationArn: Match.anyValue(), Format: Match.anyValue() },
    });
  });

  it('writes access logs as JSON', () => {
    const [stage] = Object.values(resourcesOf(template, 'AWS::ApiGatewayV2::Stage'));
    expect(JSON.parse(stage?.Properties.AccessLogSettings.Format)).toMatchObject({
      routeKey: '$context.routeKey',
      status: '$context.status',
    });
  });

  it('logs no path, query or header, which could contain a lease id or key', () => {
    const [stage] = Object.values(resourcesOf(template, 'AWS::ApiGatewayV2::Stage'));
    const { Format } = stage?.Properties.AccessLogSettings ?? {};
    expect(Format).not.toMatch(/\$context\.(path|requestOverride|authorizer)|querystring|header/i);
  });
});

it.each([
  'ApiUrl',
  'PoolsTableName',
  'ProxiesTableName',
  'ResultsTableName',
  'SweepsTableName',
  'BatchQueueUrl',
  'DeadLetterQueueUrl',
  'EventBusName',
  'DashboardName',
])('outputs %s', (name) => {
  template.hasOutput(name, { Value: Match.anyValue() });
});

function functionOf(service: string) {
  const found = Object.entries(resourcesOf(template, 'AWS::Lambda::Function')).find(
    ([, { Properties }]) => Properties.Environment.Variables.POWERTOOLS_SERVICE_NAME === service,
  );
  if (!found) throw new Error(`no function for ${service}`);
  return { id: found[0], ...found[1] };
}
