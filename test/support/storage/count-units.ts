import { ConditionalCheckFailedException, type DynamoDBClient } from '@aws-sdk/client-dynamodb';

interface Consumed {
  readonly CapacityUnits?: number;
}

/**
 * Adds up the units that every call of a client from now on consumes. A conditional write that is
 * refused consumes what it would have written, at least one unit (AWS: "DynamoDB read and write
 * operations"); it is counted as one.
 */
export function countUnits(client: DynamoDBClient): { write: number; read: number } {
  const spent = { write: 0, read: 0 };
  client.middlewareStack.add(
    (next, { commandName }) =>
      async (args) => {
        Object.assign(args.input, { ReturnConsumedCapacity: 'TOTAL' });
        const kind = /^(?:Get|Query|BatchGet)/.test(commandName ?? '') ? 'read' : 'write';
        try {
          const answer = await next(args);
          const { ConsumedCapacity } = answer.output as {
            readonly ConsumedCapacity?: Consumed | readonly Consumed[];
          };
          for (const { CapacityUnits } of [ConsumedCapacity ?? []].flat()) {
            spent[kind] += CapacityUnits ?? 0;
          }
          return answer;
        } catch (error) {
          if (error instanceof ConditionalCheckFailedException) spent[kind] += 1;
          throw error;
        }
      },
    { step: 'initialize' },
  );
  return spent;
}
