import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';

/** Adds up the units that every call of a client from now on consumes. */
export function countUnits(client: DynamoDBClient): { write: number; read: number } {
  const spent = { write: 0, read: 0 };
  client.middlewareStack.add(
    (next, { commandName }) =>
      async (args) => {
        Object.assign(args.input, { ReturnConsumedCapacity: 'TOTAL' });
        const answer = await next(args);
        const { ConsumedCapacity } = answer.output as {
          ConsumedCapacity?: { CapacityUnits?: number };
        };
        const kind = /^(?:Get|Query)/.test(commandName ?? '') ? 'read' : 'write';
        spent[kind] += ConsumedCapacity?.CapacityUnits ?? 0;
        return answer;
      },
    { step: 'initialize' },
  );
  return spent;
}
