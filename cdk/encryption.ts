import { Aws } from 'aws-cdk-lib';
import { type IGrantable, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';

/** What the data of each service asks of a caller; DynamoDB and SQS use the key in its name. */
const KEY_ACTIONS = {
  dynamodb: [
    'kms:Decrypt',
    'kms:DescribeKey',
    'kms:Encrypt',
    'kms:GenerateDataKey',
    'kms:ReEncryptFrom',
    'kms:ReEncryptTo',
  ],
  sqs: ['kms:Decrypt', 'kms:GenerateDataKey'],
} as const;

/** Lets `grantee` use the key through one service and in no other way; nothing without a key. */
export function grantKeyThrough(
  service: keyof typeof KEY_ACTIONS,
  key: IKey | undefined,
  grantee: IGrantable,
): void {
  if (key === undefined) return;
  grantee.grantPrincipal.addToPrincipalPolicy(
    new PolicyStatement({
      actions: [...KEY_ACTIONS[service]],
      resources: [key.keyArn],
      conditions: {
        StringEquals: { 'kms:ViaService': `${service}.${Aws.REGION}.${Aws.URL_SUFFIX}` },
      },
    }),
  );
}
