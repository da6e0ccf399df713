import { join } from 'node:path';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SQSClient } from '@aws-sdk/client-sqs';
import { LOCAL_CREDENTIALS } from './overrides.ts';
import { startChildService } from './services/child-service.ts';
import { LOCAL_REGION } from './template/physical-names.ts';

/** The embedded services and a client to each. */
export interface LocalServices {
  readonly dynamodbUrl: string;
  readonly sqsUrl: string;
  readonly dynamodb: DynamoDBClient;
  readonly sqs: SQSClient;
  /** Settles with the error when one of them ends unexpectedly. */
  readonly failed: Promise<Error>;
}

/** Starts DynamoDB and SQS, in memory or in `dataDir`; disposing `resources` ends them. */
export async function startLocalServices(
  resources: AsyncDisposableStack,
  dataDir: string | undefined,
): Promise<LocalServices> {
  const directory = (name: string) => (dataDir === undefined ? '' : join(dataDir, name));
  const starting = [
    startChildService(
      new URL('./services/dynamodb-service.ts', import.meta.url),
      directory('dynamodb'),
    ),
    startChildService(new URL('./services/sqs-service.ts', import.meta.url), directory('sqs')),
  ] as const;
  for (const start of starting) {
    resources.defer(() =>
      start.then(
        (service) => service.stop(),
        () => {},
      ),
    );
  }
  const [dynamodbService, sqsService] = await Promise.all(starting);
  const common = { region: LOCAL_REGION, credentials: LOCAL_CREDENTIALS };
  const dynamodb = new DynamoDBClient({ ...common, endpoint: dynamodbService.url });
  const sqs = new SQSClient({ ...common, endpoint: sqsService.url });
  resources.defer(() => {
    dynamodb.destroy();
    sqs.destroy();
  });
  const failed = new Promise<Error>((resolve) => {
    for (const { ended } of [dynamodbService, sqsService]) {
      ended.then((error) => error !== null && resolve(error));
    }
  });
  return { dynamodbUrl: dynamodbService.url, sqsUrl: sqsService.url, dynamodb, sqs, failed };
}
