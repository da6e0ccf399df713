import { SendMessageCommand } from '@aws-sdk/client-sqs';
import type { FaultStack } from '../local/support/fault-stack.ts';
import type { TappedRequest } from '../support/storage/dynamodb-tap.ts';
import type { Fate } from '../support/storage/faulty-endpoint.ts';
import type { Random } from './random.ts';

/** How many faults of each kind were done. */
export type FaultCounts = Record<
  'kills' | 'throttles' | 'failures' | 'lostAnswers' | 'duplicates' | 'refusedSends',
  number
>;

/** Writes that pass between two kills. */
const WRITES_PER_KILL = [200, 3_000] as const;
/** Of messages sent, those that are sent once more. */
const DUPLICATE_SHARE = 0.2;
const REFUSED_SHARE = 0.1;

const WRITES = new Set(['PutItem', 'UpdateItem', 'SendMessageBatch']);

/** What befalls a call to DynamoDB, and how often; the rest passes. */
const FATES: readonly (readonly [number, Fate, keyof FaultCounts])[] = [
  [0.03, 'throttle', 'throttles'],
  [0.005, 'fail', 'failures'],
  [0.005, 'lose-answer', 'lostAnswers'],
];

/** Does harm to a stack until it is told to stop. */
export interface Chaos {
  readonly counts: FaultCounts;
  stop(): void;
}

/** Kills processes at random writes, throttles, loses answers, delivers messages twice. */
export function startChaos(stack: FaultStack, random: Random): Chaos {
  const counts: FaultCounts = {
    kills: 0,
    throttles: 0,
    failures: 0,
    lostAnswers: 0,
    duplicates: 0,
    refusedSends: 0,
  };
  let stopped = false;
  stack.dynamodb.faulty.script = () => {
    const [, fate, kind] = FATES.find(([share]) => !stopped && random.chance(share)) ?? [];
    if (!fate || !kind) return 'pass';
    counts[kind] += 1;
    return fate;
  };
  stack.sqs.faulty.script = ({ action, body }) => {
    if (stopped || action !== 'SendMessageBatch') return 'pass';
    const { Entries } = body as { Entries: readonly Entry[] };
    for (const { MessageBody } of Entries) {
      if (!random.chance(DUPLICATE_SHARE)) continue;
      counts.duplicates += 1;
      const QueueUrl = stack.whole.stack.queueUrls.batches;
      const again = () => stack.sqsClient.send(new SendMessageCommand({ QueueUrl, MessageBody }));
      setTimeout(() => void again().catch(() => {}), random.between(0, 5_000)).unref();
    }
    return refuseSome(body as object, Entries, random, counts);
  };
  for (const { tap } of [stack.dynamodb, stack.sqs]) void killAgainAndAgain(tap);
  return {
    counts,
    stop: () => {
      stopped = true;
    },
  };

  async function killAgainAndAgain(tap: FaultStack['sqs']['tap']): Promise<void> {
    while (!stopped) {
      let writes = random.between(...WRITES_PER_KILL) / (tap === stack.sqs.tap ? 100 : 1);
      const fits = ({ operation }: TappedRequest) => {
        if (WRITES.has(operation)) writes -= 1;
        return !stopped && writes <= 0;
      };
      const hold = tap.hold({ where: random.pick(['before', 'after']), fits });
      const request = await hold.reached;
      await stack.kill(request);
      counts.kills += 1;
      if (random.chance(0.5)) hold.discard();
      else hold.release();
    }
  }
}

interface Entry {
  readonly Id: string;
  readonly MessageBody: string;
}

function refuseSome(
  body: object,
  entries: readonly Entry[],
  random: Random,
  counts: FaultCounts,
): Fate {
  const taken = entries.filter(() => !random.chance(REFUSED_SHARE));
  if (taken.length === entries.length || taken.length === 0) return 'pass';
  counts.refusedSends += entries.length - taken.length;
  const Failed = entries
    .filter((entry) => !taken.includes(entry))
    .map(({ Id }) => ({ Id, SenderFault: false, Code: 'InternalError' }));
  return { body: { ...body, Entries: taken }, change: (answer) => ({ ...answer, Failed }) };
}
