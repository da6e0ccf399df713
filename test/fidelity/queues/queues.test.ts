import { SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe } from 'vitest';
import { startChildService } from '../../../src/local/services/child-service.ts';
import { LOCAL_REGION } from '../../../src/local/template/physical-names.ts';
import { describeWith } from '../support/describe-with.ts';
import { type Emulator, startElasticMq, startMoto } from '../support/emulators.ts';
import { type Deviations, rulesWith } from '../support/rules.ts';
import { ELASTIC_MQ, PYTHON_TOOLS } from '../tools/tools.ts';
import { describeQueueRules } from './queue-rules.ts';
import type { QueueService } from './test-queue.ts';

const ACCESS_KEY_ID = 'test';

const OF_FAUXQS: Deviations = {
  'deletes several messages in one call, and names those it could not':
    'fauxqs takes any text for a receipt handle when it deletes; AWS refuses what is none',
};

const OF_ELASTIC_MQ: Deviations = {
  'takes a message of 1 MiB and no more':
    'ElasticMQ 1.6.12 has the limit of 256 KiB that AWS had until 2025',
  'takes 1 MiB in one call and no more':
    'ElasticMQ 1.6.12 has the limit of 256 KiB that AWS had until 2025',
  'refuses to hide a message for more than 12 hours': 'ElasticMQ has no upper limit',
  'deletes a message, and succeeds when that is repeated':
    'ElasticMQ refuses the receipt handle of a message that is gone; AWS takes it',
};

const OF_MOTO: Deviations = {
  'refuses one message of a call and takes the others':
    'moto takes characters that AWS refuses, and has no other reason to refuse a single entry',
};

describe('fauxqs, the embedded SQS', () => {
  describeQueueRules(useQueueService(startFauxqs), rulesWith(OF_FAUXQS));
});

describeWith([ELASTIC_MQ], 'ElasticMQ', () => {
  describeQueueRules(useQueueService(startElasticMq), rulesWith(OF_ELASTIC_MQ));
});

describeWith([PYTHON_TOOLS], "moto's SQS", () => {
  describeQueueRules(useQueueService(startMoto), rulesWith(OF_MOTO));
});

/** The SQS of a `describe`: up before its tests, down after them. */
function useQueueService(start: () => Promise<Emulator>): QueueService {
  let emulator: Emulator | undefined;
  let client: SQSClient;
  beforeAll(async () => {
    emulator = await start();
    client = new SQSClient({
      endpoint: emulator.url,
      region: LOCAL_REGION,
      credentials: { accessKeyId: ACCESS_KEY_ID, secretAccessKey: 'test' },
    });
  });
  afterAll(async () => {
    client?.destroy();
    await emulator?.stop();
  });
  return {
    get client() {
      return client;
    },
    get url() {
      return emulator?.url ?? '';
    },
  };
}

function startFauxqs(): Promise<Emulator> {
  const module = new URL('../../../src/local/services/sqs-service.ts', import.meta.url);
  return startChildService(module, { accessKeyId: ACCESS_KEY_ID, directory: null });
}
