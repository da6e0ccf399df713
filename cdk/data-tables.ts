import { RemovalPolicy } from 'aws-cdk-lib';
import {
  AttributeType,
  BillingMode,
  ProjectionType,
  Table,
  TableEncryption,
} from 'aws-cdk-lib/aws-dynamodb';
import { Effect, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import { EnvironmentName, type FunctionName } from '../functions/environment.ts';
import {
  TABLE_DEFINITIONS,
  type TableDefinition,
  type TableName,
  TTL_ATTRIBUTE,
} from '../src/storage/dynamodb-tables.ts';
import { grantKeyThrough } from './encryption.ts';
import type { LighthouseSettings } from './settings-types.ts';
import { TABLE_ACCESS } from './table-access.ts';

const TABLE_VARIABLES: Readonly<Record<TableName, EnvironmentName>> = {
  pools: EnvironmentName.poolsTable,
  proxies: EnvironmentName.proxiesTable,
  results: EnvironmentName.resultsTable,
  sweeps: EnvironmentName.sweepsTable,
};

export interface DataTablesProps
  extends Pick<LighthouseSettings, 'dataRemoval' | 'deletionProtection'> {
  /** Undefined for the key that DynamoDB keeps in the account. */
  readonly encryptionKey: IKey | undefined;
}

/** The four tables: on demand, encrypted under a key of the account, restorable, expiring. */
export class DataTables extends Construct {
  readonly tables: Readonly<Record<TableName, Table>>;
  readonly #encryptionKey: IKey | undefined;

  constructor(scope: Construct, id: string, props: DataTablesProps) {
    super(scope, id);
    this.#encryptionKey = props.encryptionKey;
    this.tables = {
      pools: this.#createTable('Pools', TABLE_DEFINITIONS.pools, props),
      proxies: this.#createTable('Proxies', TABLE_DEFINITIONS.proxies, props),
      results: this.#createTable('Results', TABLE_DEFINITIONS.results, props),
      sweeps: this.#createTable('Sweeps', TABLE_DEFINITIONS.sweeps, props),
    };
  }

  /** Tells `fn` the names of the tables and allows it exactly the calls it makes. */
  grantAccess(fn: LambdaFunction, name: FunctionName): void {
    for (const [tableName, { actions, indexes }] of Object.entries(TABLE_ACCESS[name])) {
      const table = this.tables[tableName as TableName];
      fn.addToRolePolicy(
        new PolicyStatement({
          effect: Effect.ALLOW,
          actions: actions.map((action) => `dynamodb:${action}`),
          resources: [
            table.tableArn,
            ...(indexes ?? []).map((index) => `${table.tableArn}/index/${index}`),
          ],
        }),
      );
    }
    grantKeyThrough('dynamodb', this.#encryptionKey, fn);
    for (const [tableName, table] of Object.entries(this.tables)) {
      fn.addEnvironment(TABLE_VARIABLES[tableName as TableName], table.tableName);
    }
  }

  #createTable(id: string, definition: TableDefinition, props: DataTablesProps): Table {
    const { partitionKey, sortKey, index } = definition;
    const table = new Table(this, id, {
      partitionKey: stringAttribute(partitionKey),
      ...(sortKey && { sortKey: stringAttribute(sortKey) }),
      billingMode: BillingMode.PAY_PER_REQUEST,
      ...(props.encryptionKey
        ? { encryption: TableEncryption.CUSTOMER_MANAGED, encryptionKey: props.encryptionKey }
        : { encryption: TableEncryption.AWS_MANAGED }),
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
      timeToLiveAttribute: TTL_ATTRIBUTE,
      deletionProtection: props.deletionProtection,
      removalPolicy: RemovalPolicy[props.dataRemoval === 'retain' ? 'RETAIN' : 'DESTROY'],
    });
    if (index) {
      table.addGlobalSecondaryIndex({
        indexName: index.indexName,
        partitionKey: stringAttribute(index.partitionKey),
        sortKey: stringAttribute(index.sortKey),
        ...(index.projection === 'ALL'
          ? { projectionType: ProjectionType.ALL }
          : { projectionType: ProjectionType.INCLUDE, nonKeyAttributes: [...index.projection] }),
      });
    }
    return table;
  }
}

function stringAttribute(name: string) {
  return { name, type: AttributeType.STRING };
}
