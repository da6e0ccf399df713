import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { QueryCommand, type QueryCommandInput } from '@aws-sdk/client-dynamodb';
import { beforeAll, describe, expect, it } from 'vitest';
import type { TableNames } from '../../src/storage/dynamodb-tables.ts';
import { useDynamoDb } from '../support/storage/dynamodb.ts';
import { SweepWorld } from '../support/sweeps/sweep-world.ts';

/** The pool and the proxy in the README's examples. */
const README_POOL = 'shop';
const README_PROXY_ID = '0c9f2c9e-5a8c-8f7e-b6ad-6a6f2d0f7c11';

const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');

/** The commands in the README's order, each with its continued lines. */
const commands = [...readme.matchAll(/^aws dynamodb query (?:.*\\\n)*.*$/gm)].map(([text]) => text);

describe("the README's plain DynamoDB queries", () => {
  const database = useDynamoDb();
  let tables: TableNames;
  let proxyIds: string[];
  let dead: string;

  beforeAll(async () => {
    tables = await database.createTables();
    const world = new SweepWorld(await database.openStorage({ tables }));
    proxyIds = await world.fill(40);
    dead = proxyIds[0] ?? '';
    world.checker.finding = ({ id }) =>
      id === dead ? { status: 'inactive', failure: 'refused', failedPhase: 'connect' } : {};
    await world.sweep();
  });

  async function run(command: string | undefined) {
    const text = (command ?? '')
      .replaceAll(README_PROXY_ID, dead)
      .replaceAll(`${README_POOL}#inactive#0`, `fleet#inactive#${dead.charAt(0)}`)
      .replaceAll(`"${README_POOL}`, '"fleet');
    const { Items = [] } = await database.client.send(new QueryCommand(toInput(text, tables)));
    return Items;
  }

  it('are four', () => {
    expect(commands).toHaveLength(4);
  });

  it('read one proxy', async () => {
    expect(await run(commands[0])).toMatchObject([
      { proxyId: { S: dead }, status: { S: 'inactive' } },
    ]);
  });

  it('read its history', async () => {
    expect(await run(commands[1])).toMatchObject([
      { results: { M: { [dead]: { M: { failure: { S: 'refused' } } } } } },
    ]);
  });

  it('read the proxies of one status', async () => {
    expect(await run(commands[2])).toMatchObject([{ proxyId: { S: dead } }]);
  });

  it('read the totals of the newest sweep', async () => {
    expect(await run(commands[3])).toMatchObject([
      { totals: { M: { active: { N: '39' }, inactive: { N: '1' } } } },
    ]);
  });
});

/** Reads a command line as the AWS command line does, as far as the README needs it. */
function toInput(command: string, tables: TableNames): QueryCommandInput {
  const words = [...command.replaceAll('\\\n', ' ').matchAll(/'([^']*)'|"([^"]*)"|(\S+)/g)].map(
    ([, single, double, bare]) => single ?? double ?? bare ?? '',
  );
  const { values } = parseArgs({
    args: words.slice(3),
    options: {
      'table-name': { type: 'string' },
      'index-name': { type: 'string' },
      'key-condition-expression': { type: 'string' },
      'projection-expression': { type: 'string' },
      'expression-attribute-names': { type: 'string', default: '{}' },
      'expression-attribute-values': { type: 'string', default: '{}' },
      'no-scan-index-forward': { type: 'boolean', default: false },
      limit: { type: 'string', default: '100' },
    },
  });
  const names = JSON.parse(values['expression-attribute-names']);
  return {
    TableName: tableOf(values['table-name'], tables),
    IndexName: values['index-name'],
    KeyConditionExpression: values['key-condition-expression'],
    ProjectionExpression: values['projection-expression'],
    ExpressionAttributeNames: Object.keys(names).length > 0 ? names : undefined,
    ExpressionAttributeValues: JSON.parse(values['expression-attribute-values']),
    ScanIndexForward: !values['no-scan-index-forward'],
    Limit: Number(values.limit),
  };
}

function tableOf(variable: string | undefined, tables: TableNames): string | undefined {
  return Object.entries(tables).find(([name]) => `$${name.toUpperCase()}` === variable)?.[1];
}
