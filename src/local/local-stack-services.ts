import { join } from 'node:path';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SQSClient } from '@aws-sdk/client-sqs';
import type { LocalCredentials } from './credentials.ts';
import { programFile, requireStackPackages } from './installation.ts';
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

/**
 * Starts DynamoDB and SQS, in memory or in `dataDir`; disposing `resources` ends them.
 * @throws {LocalStackError} when the packages they are made of are not installed
 */
export async function startLocalServices(
  resources: AsyncDisposableStack,
  dataDir: string | undefined,
  credentials: LocalCredentials,
): Promise<LocalServices> {
  requireStackPackages();
  const { accessKeyId } = credentials;
  const start = (name: 'dynamodb' | 'sqs') =>
    startChildService(programFile(`./services/${name}-service.ts`), {
      accessKeyId,
      directory: dataDir === undefined ? null : join(dataDir, name),
    });
  const starting = [start('dynamodb'), start('sqs')] as const;
  for (const each of starting) {
    resources.defer(() =>
      each.then(
        (service) => service.stop(),
        () => {},
      ),
    );
  }
  const [dynamodbService, sqsService] = await Promise.all(starting);
  // A client writes into the object it is given.
  const common = { region: LOCAL_REGION, credentials: { ...credentials } };
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
