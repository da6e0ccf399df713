import { SendMessageCommand } from '@aws-sdk/client-sqs';
import type { FaultStack } from '../local/support/fault-stack.ts';
import type { Random } from '../support/random.ts';
import type { TappedRequest } from '../support/storage/dynamodb-tap.ts';
import type { Fate } from '../support/storage/faulty-endpoint.ts';

/** How many faults of each kind there were. */
export type FaultCounts = Record<
  'kills' | 'throttles' | 'failures' | 'lostAnswers' | 'duplicates' | 'refusedSends',
  number
>;

/** The fewest and the most writes that pass between two kills. */
const WRITES_PER_KILL = [200, 3_000] as const;
/** The share of sent messages that are sent once more, and of those that are refused. */
const DUPLICATE_SHARE = 0.2;
const REFUSED_SHARE = 0.1;

const WRITES = new Set(['PutItem', 'UpdateItem', 'SendMessageBatch']);

/** The faults of calls to DynamoDB and their shares; all other calls pass. */
const FATES: readonly (readonly [number, Fate, keyof FaultCounts])[] = [
  [0.03, 'throttle', 'throttles'],
  [0.005, 'fail', 'failures'],
  [0.005, 'lose-answer', 'lostAnswers'],
];

/** Faults that befall a stack until they are stopped. */
export interface Chaos {
  readonly counts: FaultCounts;
  stop(): void;
}

interface Run {
  readonly stack: FaultStack;
  readonly random: Random;
  readonly counts: FaultCounts;
  stopped: boolean;
}

/** The body of `SendMessageBatch`. */
interface SentBatch {
  readonly Entries: readonly { readonly Id: string; readonly MessageBody: string }[];
}

/** Kills processes at random writes, throttles calls, loses answers, delivers messages twice. */
export function startChaos(stack: FaultStack, random: Random): Chaos {
  const counts = {
    kills: 0,
    throttles: 0,
    failures: 0,
    lostAnswers: 0,
    duplicates: 0,
    refusedSends: 0,
  };
  const run: Run = { stack, random, counts, stopped: false };
  stack.dynamodb.faulty.script = () => decideFate(run);
  stack.sqs.faulty.script = ({ action, body }) => {
    if (run.stopped || action !== 'SendMessageBatch') return 'pass';
    sendSomeAgain(run, body as SentBatch);
    return refuseSome(run, body as SentBatch);
  };
  for (const { tap } of [stack.dynamodb, stack.sqs]) void killAgainAndAgain(run, tap);
  const stop = () => {
    run.stopped = true;
  };
  return { counts, stop };
}

function decideFate({ random, counts, stopped }: Run): Fate {
  const [, fate, kind] = FATES.find(([share]) => !stopped && random.chance(share)) ?? [];
  if (!fate || !kind) return 'pass';
  counts[kind] += 1;
  return fate;
}

function sendSomeAgain({ stack, random, counts }: Run, { Entries }: SentBatch): void {
  const QueueUrl = stack.whole.stack.queueUrls.batches;
  for (const { MessageBody } of Entries) {
    if (!random.chance(DUPLICATE_SHARE)) continue;
    counts.duplicates += 1;
    const again = () => stack.sqsClient.send(new SendMessageCommand({ QueueUrl, MessageBody }));
    setTimeout(() => void again().catch(() => {}), random.between(0, 5_000)).unref();
  }
}

function refuseSome({ random, counts }: Run, body: SentBatch): Fate {
  const { Entries } = body;
  const taken = Entries.filter(() => !random.chance(REFUSED_SHARE));
  if (taken.length === Entries.length || taken.length === 0) return 'pass';
  counts.refusedSends += Entries.length - taken.length;
  const Failed = Entries.filter((entry) => !taken.includes(entry)).map(({ Id }) => ({
    Id,
    SenderFault: false,
    Code: 'InternalError',
  }));
  return { body: { ...body, Entries: taken }, change: (answer) => ({ ...answer, Failed }) };
}

async function killAgainAndAgain(run: Run, tap: FaultStack['sqs']['tap']): Promise<void> {
  const { stack, random, counts } = run;
  while (!run.stopped) {
    let writes = random.between(...WRITES_PER_KILL) / (tap === stack.sqs.tap ? 100 : 1);
    const fits = ({ operation }: TappedRequest) => {
      if (WRITES.has(operation)) writes -= 1;
      return !run.stopped && writes <= 0;
    };
    const hold = tap.hold({ where: random.pick(['before', 'after']), fits });
    const request = await hold.reached;
    await stack.kill(request);
    counts.kills += 1;
    if (random.chance(0.5)) hold.discard();
    else hold.release();
  }
}
