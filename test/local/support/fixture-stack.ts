import {
  type LocalStack,
  type LocalStackOptions,
  startLocalStack,
} from '../../../src/local/local-stack.ts';
import {
  FIXTURE_STACK,
  type FixtureResource,
  functionResource,
  writeFixtureAssembly,
} from './fixture-assembly.ts';
import { LineWatcher } from './line-watcher.ts';

/**
 * One handler for every source of events. It prints each event, which may tell it to `fail`, `fail
 * once` (a message when first received, any other event per key), `exit` or `hang`.
 */
export const HANDLER = `
const seen = new Map();
async function act(what, key, receives) {
  if (what === 'hang') await new Promise((resolve) => setTimeout(resolve, 60_000));
  const times = receives ?? (seen.get(key) ?? 0) + 1;
  seen.set(key, times);
  if (what === 'exit') process.exit(1);
  if (what === 'fail' || (what === 'fail once' && times === 1)) throw new Error(what);
}
export const handler = async (event, context) => {
  console.log(JSON.stringify({ event, environment: process.env, requestId: context.awsRequestId }));
  if (event.Records) {
    const batchItemFailures = [];
    for (const record of event.Records) {
      try { await act(record.body, record.messageId, Number(record.attributes.ApproximateReceiveCount)); } catch { batchItemFailures.push({ itemIdentifier: record.messageId }); }
    }
    return { batchItemFailures };
  }
  if (event.requestContext) {
    const { do: what, ...reply } = event.body ? JSON.parse(event.isBase64Encoded ? Buffer.from(event.body, 'base64') : event.body) : {};
    await act(what, event.rawPath);
    return Object.keys(reply).length > 0 ? reply : event;
  }
  await act(event.do, event.key);
  return { got: event };
};`;

/** A queue with a DLQ after two receives, a schedule, an API and a table, all with one function. */
export const FIXTURE_RESOURCES: Readonly<Record<string, FixtureResource>> = {
  Worker: functionResource('worker', {
    Timeout: 1,
    Environment: { Variables: { QUEUE_URL: { Ref: 'Jobs' }, TABLE_NAME: { Ref: 'ItemsTable' } } },
  }),
  WorkerAsyncInvoke: {
    Type: 'AWS::Lambda::EventInvokeConfig',
    Properties: { FunctionName: { Ref: 'Worker' }, Qualifier: '$LATEST', MaximumRetryAttempts: 1 },
  },
  Jobs: {
    Type: 'AWS::SQS::Queue',
    Properties: {
      VisibilityTimeout: 1,
      RedrivePolicy: {
        deadLetterTargetArn: { 'Fn::GetAtt': ['JobsDlq', 'Arn'] },
        maxReceiveCount: 2,
      },
    },
  },
  JobsDlq: { Type: 'AWS::SQS::Queue', Properties: { MessageRetentionPeriod: 1_209_600 } },
  Mapping: {
    Type: 'AWS::Lambda::EventSourceMapping',
    Properties: {
      EventSourceArn: { 'Fn::GetAtt': ['Jobs', 'Arn'] },
      FunctionName: { Ref: 'Worker' },
      BatchSize: 8,
      FunctionResponseTypes: ['ReportBatchItemFailures'],
      ScalingConfig: { MaximumConcurrency: 2 },
    },
  },
  ItemsTable: {
    Type: 'AWS::DynamoDB::GlobalTable',
    Properties: {
      BillingMode: 'PAY_PER_REQUEST',
      KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
      AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
      TimeToLiveSpecification: { AttributeName: 'expiresAt', Enabled: true },
      Replicas: [{ Region: { Ref: 'AWS::Region' } }],
    },
  },
  Every: {
    Type: 'AWS::Scheduler::Schedule',
    Properties: {
      ScheduleExpression: 'rate(1 hour)',
      FlexibleTimeWindow: { Mode: 'OFF' },
      Target: {
        Arn: { 'Fn::GetAtt': ['Worker', 'Arn'] },
        RoleArn: 'arn:aws:iam::000000000000:role/scheduler',
        Input: '{"source":"schedule","at":"<aws.scheduler.scheduled-time>"}',
      },
    },
  },
  Api: { Type: 'AWS::ApiGatewayV2::Api', Properties: { ProtocolType: 'HTTP', Name: 'fixture' } },
  Stage: {
    Type: 'AWS::ApiGatewayV2::Stage',
    Properties: { ApiId: { Ref: 'Api' }, StageName: '$default', AutoDeploy: true },
  },
  Integration: {
    Type: 'AWS::ApiGatewayV2::Integration',
    Properties: {
      ApiId: { Ref: 'Api' },
      IntegrationType: 'AWS_PROXY',
      IntegrationUri: { 'Fn::GetAtt': ['Worker', 'Arn'] },
      PayloadFormatVersion: '2.0',
    },
  },
  ...Object.fromEntries(
    ['GET /items', 'ANY /items/{id}', 'POST /items/{id}/{rest+}'].map((routeKey, index) => [
      `Route${index}`,
      {
        Type: 'AWS::ApiGatewayV2::Route',
        Properties: {
          ApiId: { Ref: 'Api' },
          RouteKey: routeKey,
          AuthorizationType: index === 1 ? 'AWS_IAM' : 'NONE',
          Target: { 'Fn::Join': ['', ['integrations/', { Ref: 'Integration' }]] },
        },
      },
    ]),
  ),
};

export interface FixtureStack extends AsyncDisposable {
  readonly stack: LocalStack;
  readonly watcher: LineWatcher;
  readonly directory: string;
}

/** Starts the fixture stack; disposing it ends it and removes what it wrote. */
export async function startFixtureStack(
  options: Partial<LocalStackOptions> = {},
  resources: Readonly<Record<string, FixtureResource>> = FIXTURE_RESOURCES,
): Promise<FixtureStack> {
  const assembly = await writeFixtureAssembly(resources, { worker: HANDLER });
  const watcher = new LineWatcher();
  const { directory } = assembly;
  try {
    const stack = await startLocalStack({
      outDir: directory,
      stackName: FIXTURE_STACK,
      stackFileDirectory: directory,
      asyncRetryDelaysMs: [10, 20],
      log: watcher.add,
      ...options,
    });
    return {
      stack,
      watcher,
      directory,
      async [Symbol.asyncDispose]() {
        await stack.stop();
        await assembly[Symbol.asyncDispose]();
      },
    };
  } catch (error) {
    await assembly[Symbol.asyncDispose]();
    throw error;
  }
}

/** Parses the event a handler printed; null for any other line. */
export function printedEvent(line: string): PrintedEvent | null {
  const json = /^\[Fixture-Worker\] (\{"event":.*\})$/.exec(line)?.[1];
  return json === undefined ? null : JSON.parse(json);
}

export interface PrintedEvent {
  readonly event: {
    readonly Records?: readonly {
      readonly messageId: string;
      readonly body: string;
      readonly attributes: Readonly<Record<string, string>>;
    }[];
    readonly [key: string]: unknown;
  };
  readonly environment: Readonly<Record<string, string>>;
}
