import { App, Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { SqsQueue } from 'aws-cdk-lib/aws-events-targets';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Code, Function as LambdaFunction, Runtime } from 'aws-cdk-lib/aws-lambda';
import { Queue } from 'aws-cdk-lib/aws-sqs';
import { beforeAll, describe, expect, it } from 'vitest';
import { Lighthouse, LighthouseStack } from '../../cdk/index.ts';
import { resourcesOf } from './template.ts';

const code = Code.fromInline('// test');
const codeOf = () => code;

/** The values of one property of every resource of a type, as JSON. */
function valuesOf(template: Template, type: string, property: string): string[] {
  return Object.values(resourcesOf(template, type)).map(({ Properties }) =>
    JSON.stringify(Properties[property]),
  );
}

describe('two constructs in one stack', () => {
  let template: Template;
  beforeAll(() => {
    const stack = new Stack(new App(), 'Shop');
    new Lighthouse(stack, 'Rented', { codeOf });
    new Lighthouse(stack, 'Owned', { codeOf });
    template = Template.fromStack(stack);
  });

  it('have twice the resources of one', () => {
    template.resourceCountIs('AWS::DynamoDB::Table', 8);
    template.resourceCountIs('AWS::Lambda::Function', 6);
    template.resourceCountIs('AWS::CloudWatch::Dashboard', 2);
    template.resourceCountIs('AWS::Scheduler::Schedule', 2);
  });

  it('have metrics of their own, each watched by its own alarms', () => {
    const given = Object.values(resourcesOf(template, 'AWS::Lambda::Function')).map(
      ({ Properties }) => Properties.Environment.Variables.METRICS_STACK,
    );
    expect(new Set(given)).toEqual(new Set(['Shop/Rented', 'Shop/Owned']));
    const watched = valuesOf(template, 'AWS::CloudWatch::Alarm', 'Dimensions').filter((each) =>
      each.includes('"stack"'),
    );
    for (const stack of ['Shop/Rented', 'Shop/Owned']) {
      const own = watched.filter((each) => each.includes(JSON.stringify(stack)));
      expect(own).toHaveLength(watched.length / 2);
    }
  });

  it('give physical names to nothing but the buses, which differ', () => {
    expect(new Set(valuesOf(template, 'AWS::Events::EventBus', 'Name')).size).toBe(2);
    expectNoNames(template);
  });
});

describe('two stacks in one account', () => {
  const templates = ['Blue', 'Green'].map((stackName) => {
    // Two runs of this package's app, whose stack always has the same id.
    const stack = new LighthouseStack(new App(), 'Lighthouse', { settings: { stackName }, codeOf });
    expect(stack.stackName).toBe(stackName);
    return Template.fromStack(stack);
  });

  it('have buses, metrics and alarms that differ', () => {
    const [blue = '', green = ''] = templates.flatMap((each) =>
      valuesOf(each, 'AWS::Events::EventBus', 'Name'),
    );
    expect(blue).toMatch(/^"Blue/);
    expect(green).toMatch(/^"Green/);
    const stacks = templates.map((each) => {
      const dimensions = valuesOf(each, 'AWS::CloudWatch::Alarm', 'Dimensions');
      return new Set(dimensions.flatMap((text) => /"stack","Value":"(\w+)"/.exec(text)?.[1] ?? []));
    });
    expect(stacks).toEqual([new Set(['Blue']), new Set(['Green'])]);
  });

  it('name nothing else', () => {
    for (const template of templates) expectNoNames(template);
  });

  it('keep the logical ids that a stack without the construct had', () => {
    const ids = Object.keys(templates[0]?.toJSON().Resources);
    expect(ids).toContain('TablesPools80DD96ED');
    expect(ids).toContain('TablesProxiesB0291E4D');
    expect(ids).toContain('TablesResultsD85FCDF1');
    expect(ids).toContain('TablesSweepsE0BD6269');
    expect(ids).toContain('QueueBatchesA7ADC05A');
    expect(ids).toContain('FunctionsApi45DE0CE2');
    expect(ids).toContain('ApiHttpApi4C294DC0');
  });

  it('keep the name of the bus that the stack Lighthouse had', () => {
    const stack = new LighthouseStack(new App(), 'Lighthouse', { codeOf });
    Template.fromStack(stack).hasResourceProperties('AWS::Events::EventBus', {
      Name: 'LighthouseEventsBus5AC3F5AB',
    });
  });
});

/** Names that would clash in one account and region, or globally. */
function expectNoNames(template: Template): void {
  const names: readonly (readonly [string, string])[] = [
    ['AWS::DynamoDB::Table', 'TableName'],
    ['AWS::SQS::Queue', 'QueueName'],
    ['AWS::Lambda::Function', 'FunctionName'],
    ['AWS::IAM::Role', 'RoleName'],
    ['AWS::Logs::LogGroup', 'LogGroupName'],
    ['AWS::Scheduler::Schedule', 'Name'],
    ['AWS::CloudWatch::Alarm', 'AlarmName'],
    ['AWS::CloudWatch::Dashboard', 'DashboardName'],
  ];
  for (const [type, property] of names) {
    const given = Object.values(resourcesOf(template, type));
    expect(given.length).toBeGreaterThan(0);
    for (const { Properties } of given) expect(Properties).not.toHaveProperty(property);
  }
}

describe('what others may do with a construct', () => {
  function makeShop() {
    const stack = new Stack(new App(), 'Shop');
    const lighthouse = new Lighthouse(stack, 'Proxies', { codeOf });
    const runtime = Runtime.NODEJS_24_X;
    const crawler = new LambdaFunction(stack, 'Crawler', { code, handler: 'index.x', runtime });
    return { stack, lighthouse, crawler };
  }

  /** The methods and paths that the role of the shop's function may call. */
  function callsOf(stack: Stack): string[] {
    const policies = Object.entries(resourcesOf(Template.fromStack(stack), 'AWS::IAM::Policy'));
    const [, policy] = policies.find(([id]) => id.startsWith('CrawlerServiceRole')) ?? [];
    const [statement, ...others] = policy?.Properties.PolicyDocument.Statement ?? [];
    expect(others).toEqual([]);
    expect(statement).toMatchObject({ Effect: 'Allow', Action: 'execute-api:Invoke' });
    const arns = [statement.Resource].flat().map((arn) => JSON.stringify(arn));
    return arns.map((arn) => /\/\$default\/([^"]+)"/.exec(arn)?.[1] ?? arn).sort();
  }

  it('leasing is three routes, and the URL of the API', () => {
    const { stack, lighthouse, crawler } = makeShop();
    lighthouse.grantLease(crawler);
    expect(callsOf(stack)).toEqual([
      'DELETE/pools/*/leases/*',
      'PATCH/pools/*/leases/*',
      'POST/pools/*/leases',
    ]);
    Template.fromStack(stack).hasResourceProperties('AWS::Lambda::Function', {
      Handler: 'index.x',
      Environment: { Variables: { LIGHTHOUSE_API_URL: Match.anyValue() } },
    });
  });

  it('leasing may be limited to one pool', () => {
    const { stack, lighthouse, crawler } = makeShop();
    lighthouse.grantLease(crawler, { pool: 'shop' });
    expect(callsOf(stack)).toEqual([
      'DELETE/pools/shop/leases/*',
      'PATCH/pools/shop/leases/*',
      'POST/pools/shop/leases',
    ]);
  });

  it('reading is every GET route and no other, and no table', () => {
    const { stack, lighthouse, crawler } = makeShop();
    lighthouse.grantRead(crawler);
    const calls = callsOf(stack);
    expect(calls).toContain('GET/pools');
    expect(calls).toContain('GET/sweeps/*/results');
    expect(calls.filter((call) => !call.startsWith('GET/') || call.includes('lease'))).toEqual([]);
  });

  it('a role without variables may lease, too', () => {
    const { stack, lighthouse } = makeShop();
    const principal = new ServicePrincipal('ecs-tasks.amazonaws.com');
    const grant = lighthouse.grantLease(new Role(stack, 'Task', { assumedBy: principal }));
    expect(grant.success).toBe(true);
  });

  it('a rule gets the changes of statuses, as far as its pattern goes', () => {
    const { stack, lighthouse } = makeShop();
    const queue = new Queue(stack, 'Inbox');
    lighthouse.onProxyStatusChanged('Down', {
      target: new SqsQueue(queue),
      eventPattern: { detail: { status: ['inactive'] } },
    });
    lighthouse.onSweepFinished('Swept', { target: new SqsQueue(queue) });
    const template = Template.fromStack(stack);
    const [bus] = Object.keys(resourcesOf(template, 'AWS::Events::EventBus'));
    template.hasResourceProperties('AWS::Events::Rule', {
      EventBusName: { Ref: bus },
      EventPattern: {
        source: ['lighthouse'],
        'detail-type': ['Proxy Status Changed'],
        detail: { status: ['inactive'] },
      },
      Targets: [Match.objectLike({ Arn: Match.anyValue() })],
    });
    template.hasResourceProperties('AWS::Events::Rule', {
      EventPattern: { source: ['lighthouse'], 'detail-type': ['Sweep Finished'] },
    });
  });

  it('it is refused with settings that cannot be used', () => {
    const stack = new Stack(new App(), 'Shop');
    const make = () => new Lighthouse(stack, 'Bad', { codeOf, checker: { memoryMb: 64 } });
    expect(make).toThrow('checker.memoryMb: must be a whole number from 128 to 10240, and is 64');
  });
});
