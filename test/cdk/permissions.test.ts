import { describe, expect, it } from 'vitest';
import { resourcesOf, type TemplateResource, templateOf } from './template.ts';

interface Statement {
  readonly Effect: string;
  readonly Action: string | readonly string[];
  readonly Resource: unknown;
}

const template = templateOf();

describe('the role of each function', () => {
  it('allows no action or resource by wildcard', () => {
    const statements = Object.values(resourcesOf(template, 'AWS::IAM::Policy')).flatMap(
      statementsOf,
    );
    expect(statements.length).toBeGreaterThan(10);
    for (const statement of statements) {
      expect(JSON.stringify([statement.Action, statement.Resource])).not.toContain('*');
    }
  });

  it('is not shared and has no managed policy', () => {
    const roles = Object.values(resourcesOf(template, 'AWS::Lambda::Function')).map(
      ({ Properties }) => JSON.stringify(Properties.Role),
    );
    expect(new Set(roles).size).toBe(3);
    for (const role of Object.values(resourcesOf(template, 'AWS::IAM::Role'))) {
      expect(role.Properties).not.toHaveProperty('ManagedPolicyArns');
    }
  });

  it('lets the api call the fan-out and no other function', () => {
    const invoking = statementsOf(policyOf('Api')).filter(({ Action }) =>
      JSON.stringify(Action).includes('lambda:'),
    );
    const fanOut = Object.keys(resourcesOf(template, 'AWS::Lambda::Function')).find((id) =>
      id.includes('FanOut'),
    );
    expect(invoking).toEqual([
      {
        Effect: 'Allow',
        Action: 'lambda:InvokeFunction',
        Resource: { 'Fn::GetAtt': [fanOut, 'Arn'] },
      },
    ]);
  });

  it.each(['FanOut', 'Checker', 'Api'])('lets %s put events on the bus alone', (name) => {
    const [bus] = Object.keys(resourcesOf(template, 'AWS::Events::EventBus'));
    const publishing = statementsOf(policyOf(name)).filter(({ Action }) =>
      JSON.stringify(Action).includes('events:'),
    );
    expect(publishing).toEqual([
      {
        Effect: 'Allow',
        Action: 'events:PutEvents',
        Resource: { 'Fn::GetAtt': [bus, 'Arn'] },
      },
    ]);
  });

  it.each([
    ['FanOut', ['sqs:SendMessage']],
    [
      'Checker',
      [
        'sqs:ChangeMessageVisibility',
        'sqs:DeleteMessage',
        'sqs:GetQueueAttributes',
        'sqs:GetQueueUrl',
        'sqs:ReceiveMessage',
        'sqs:SendMessage',
      ],
    ],
    ['Api', ['sqs:DeleteMessage', 'sqs:ReceiveMessage', 'sqs:SendMessage']],
  ])('gives %s the queue actions %j', (name, expected) => {
    expect(actionsOf(name, 'sqs:')).toEqual(expected);
  });

  it('lets no function send to the queue that it receives from', () => {
    const queues = Object.entries(resourcesOf(template, 'AWS::SQS::Queue'));
    const [batches] = queues.find(([, { Properties }]) => Properties.RedrivePolicy) ?? [];
    const senders = ['FanOut', 'Checker', 'Api'].filter((name) =>
      statementsOf(policyOf(name)).some(
        ({ Action, Resource }) =>
          JSON.stringify(Action).includes('sqs:SendMessage') &&
          JSON.stringify(Resource).includes(`"${batches}"`),
      ),
    );
    expect(senders).toEqual(['FanOut', 'Api']);
  });

  it('lets only the checker write results', () => {
    expect(holdersOf('Results', /PutItem|UpdateItem|BatchWriteItem/)).toEqual(['Checker']);
  });

  it.each([
    ['Pools', ['FanOut']],
    ['Proxies', ['FanOut', 'Api']],
    ['Results', []],
    ['Sweeps', ['FanOut']],
  ])('lets items of %s be deleted by %j', (table, deleters) => {
    expect(holdersOf(table, /Delete|BatchWriteItem/)).toEqual(deleters);
  });
});

/** The functions whose roles allow a matching action on a table. */
function holdersOf(tableId: string, action: RegExp): string[] {
  const table = Object.keys(resourcesOf(template, 'AWS::DynamoDB::Table')).find((id) =>
    id.startsWith(`Tables${tableId}`),
  );
  return ['FanOut', 'Checker', 'Api'].filter((name) =>
    statementsOf(policyOf(name)).some(
      ({ Action, Resource }) =>
        action.test(JSON.stringify(Action)) && JSON.stringify(Resource).includes(`"${table}"`),
    ),
  );
}

function policyOf(functionId: string): TemplateResource {
  const found = Object.entries(resourcesOf(template, 'AWS::IAM::Policy')).find(([id]) =>
    id.startsWith(`Functions${functionId}Role`),
  );
  if (!found) throw new Error(`no policy for ${functionId}`);
  return found[1];
}

function statementsOf({ Properties }: TemplateResource): readonly Statement[] {
  return Properties.PolicyDocument.Statement;
}

function actionsOf(functionId: string, prefix: string): string[] {
  return statementsOf(policyOf(functionId))
    .flatMap(({ Action }) => Action)
    .filter((action) => action.startsWith(prefix))
    .sort();
}
