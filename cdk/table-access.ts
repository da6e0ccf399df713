import type { FunctionName } from '../functions/environment.ts';
import { BY_STATUS_INDEX, type TableName } from '../src/storage/dynamodb-tables.ts';

/** A DynamoDB call that a function makes. */
type TableAction =
  | 'GetItem'
  | 'BatchGetItem'
  | 'Query'
  | 'Scan'
  | 'PutItem'
  | 'UpdateItem'
  | 'DeleteItem'
  | 'BatchWriteItem';

/** What a function may do with a table, and which of its indexes it may query. */
interface TableGrant {
  readonly actions: readonly TableAction[];
  readonly indexes?: readonly string[];
}

type TableGrants = Readonly<Partial<Record<TableName, TableGrant>>>;

/** The DynamoDB calls each function makes, which are all that its role allows. */
export const TABLE_ACCESS: Readonly<Record<FunctionName, TableGrants>> = {
  'fan-out': {
    pools: { actions: ['GetItem', 'BatchGetItem', 'Scan', 'UpdateItem', 'DeleteItem'] },
    proxies: { actions: ['Query', 'BatchWriteItem'] },
    sweeps: { actions: ['GetItem', 'Query', 'PutItem', 'UpdateItem', 'DeleteItem'] },
  },
  checker: {
    pools: { actions: ['GetItem', 'UpdateItem'] },
    proxies: { actions: ['GetItem', 'Query', 'UpdateItem'] },
    results: { actions: ['GetItem', 'Query', 'PutItem'] },
    sweeps: { actions: ['GetItem', 'Query', 'UpdateItem'] },
  },
  api: {
    pools: { actions: ['GetItem', 'BatchGetItem', 'Scan', 'PutItem', 'UpdateItem'] },
    proxies: {
      actions: ['GetItem', 'BatchGetItem', 'Query', 'PutItem', 'UpdateItem', 'DeleteItem'],
      indexes: [BY_STATUS_INDEX],
    },
    results: { actions: ['GetItem', 'Query'] },
    sweeps: { actions: ['GetItem', 'Query', 'PutItem', 'UpdateItem'] },
  },
};
