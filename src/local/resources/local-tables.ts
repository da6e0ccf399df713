import {
  CreateTableCommand,
  DescribeTableCommand,
  type DynamoDBClient,
  ListTablesCommand,
  type TableDescription,
} from '@aws-sdk/client-dynamodb';
import * as z from 'zod';
import { LocalStackError } from '../../errors.ts';
import { type ResolvedTemplate, resourceProperties } from '../template/resolved-template.ts';
import { LocalResourceType } from '../template/supported-resources.ts';

const keySchema = z.array(
  z.strictObject({ AttributeName: z.string(), KeyType: z.enum(['HASH', 'RANGE']) }),
);

const indexSchema = z.object({
  IndexName: z.string(),
  KeySchema: keySchema,
  Projection: z.strictObject({
    ProjectionType: z.enum(['ALL', 'KEYS_ONLY', 'INCLUDE']),
    NonKeyAttributes: z.array(z.string()).optional(),
  }),
});

const tableSchema = resourceProperties(
  {
    KeySchema: keySchema,
    AttributeDefinitions: z.array(
      z.strictObject({ AttributeName: z.string(), AttributeType: z.enum(['S', 'N', 'B']) }),
    ),
    BillingMode: z.literal('PAY_PER_REQUEST', 'only on-demand tables run locally'),
    GlobalSecondaryIndexes: z.array(indexSchema).default([]),
    TimeToLiveSpecification: z
      .strictObject({ AttributeName: z.string(), Enabled: z.boolean() })
      .optional(),
  },
  [
    'DeletionProtectionEnabled',
    'OnDemandThroughput',
    'PointInTimeRecoverySpecification',
    'Replicas',
    'SSESpecification',
    'TableName',
    'Tags',
    'WriteOnDemandThroughputSettings',
  ],
);

type TableProperties = z.infer<typeof tableSchema>;

/** One table of the stack. */
export interface LocalTable {
  readonly logicalId: string;
  readonly constructPath: string;
  readonly name: string;
  readonly keyAttributes: readonly string[];
  /** The attribute that holds an item's expiry in epoch seconds; null when items do not expire. */
  readonly ttlAttribute: string | null;
}

/**
 * Creates the stack's tables, or takes those a data directory already holds.
 * @throws {LocalStackError} when a table exists with other keys or indexes, or the directory holds
 * tables that the stack would not read
 */
export async function createLocalTables(
  template: ResolvedTemplate,
  dynamodb: DynamoDBClient,
): Promise<readonly LocalTable[]> {
  const tables = [LocalResourceType.table, LocalResourceType.globalTable].flatMap((type) =>
    template.resources(type, tableSchema),
  );
  await refuseOtherTables(
    dynamodb,
    tables.map(({ ref }) => ref),
  );
  return Promise.all(
    tables.map(async ({ logicalId, constructPath, ref, properties }) => {
      await createTable(dynamodb, ref, properties);
      const ttl = properties.TimeToLiveSpecification;
      return {
        logicalId,
        constructPath,
        name: ref,
        keyAttributes: properties.KeySchema.map((key) => key.AttributeName),
        ttlAttribute: ttl?.Enabled ? ttl.AttributeName : null,
      };
    }),
  );
}

/** Names follow the template: a stack whose tables had other names would begin without its data. */
async function refuseOtherTables(
  dynamodb: DynamoDBClient,
  names: readonly string[],
): Promise<void> {
  const { TableNames: held = [] } = await dynamodb.send(new ListTablesCommand({}));
  const others = held.filter((name) => !names.includes(name));
  if (others.length === 0 || names.every((name) => held.includes(name))) return;
  throw new LocalStackError(
    `the data directory holds the tables ${others.join(', ')} of another version, and this one has ${names.join(', ')}; use another directory, or that version`,
  );
}

async function createTable(
  dynamodb: DynamoDBClient,
  name: string,
  properties: TableProperties,
): Promise<void> {
  try {
    await dynamodb.send(
      new CreateTableCommand({
        TableName: name,
        KeySchema: properties.KeySchema,
        AttributeDefinitions: properties.AttributeDefinitions,
        BillingMode: properties.BillingMode,
        ...(properties.GlobalSecondaryIndexes.length === 0
          ? {}
          : { GlobalSecondaryIndexes: properties.GlobalSecondaryIndexes.map(pickIndex) }),
      }),
    );
  } catch (error) {
    if (!(error instanceof Error) || error.name !== 'ResourceInUseException') throw error;
    const { Table } = await dynamodb.send(new DescribeTableCommand({ TableName: name }));
    if (Table !== undefined && shapeOf(Table) === shapeOf(properties)) return;
    throw new LocalStackError(
      `the data directory holds the table ${name} with other keys or indexes than the template's; use another directory`,
      { cause: error },
    );
  }
}

function pickIndex({ IndexName, KeySchema, Projection }: z.infer<typeof indexSchema>) {
  const { NonKeyAttributes, ProjectionType } = Projection;
  return {
    IndexName,
    KeySchema,
    Projection: { ProjectionType, ...(NonKeyAttributes === undefined ? {} : { NonKeyAttributes }) },
  };
}

function shapeOf(table: TableDescription | TableProperties): string {
  const indexes = (table.GlobalSecondaryIndexes ?? []).map(
    ({ IndexName = '', KeySchema = [], Projection }) => ({
      IndexName,
      keys: KeySchema.map((key) => `${key.KeyType} ${key.AttributeName}`),
      type: Projection?.ProjectionType,
      attributes: [...(Projection?.NonKeyAttributes ?? [])].sort(),
    }),
  );
  return JSON.stringify({
    keys: (table.KeySchema ?? []).map((key) => `${key.KeyType} ${key.AttributeName}`),
    indexes: indexes.sort((a, b) => a.IndexName.localeCompare(b.IndexName)),
  });
}
