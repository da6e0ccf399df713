import { PutCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { batchIndex } from '../../model/batch-range.ts';
import { readStoredPolicy } from '../../model/stored-policy.ts';
import { type BatchCounts, ledgerPartOf, type Sweep } from '../../model/sweep.ts';
import { BY_POOL_INDEX, TTL_ATTRIBUTE } from '../dynamodb-tables.ts';
import { isExpired } from '../storage.ts';
import type { Deferral, LedgerMark, SweepClosing, SweepStorage } from '../sweep-storage.ts';
import { absent, exists, fewerLateBatches, sweepIsOpen } from './conditions.ts';
import {
  AFTER_ALL_SWEEPS,
  type Database,
  type Item,
  queryItems,
  readItem,
  unlessRefused,
} from './database.ts';
import { allOf, type Changes, type Clause, conditionInput, updateInput } from './expressions.ts';
import { MARK_FORMAT, readFormat, withFormat } from './item-format.ts';

const SUMMARY = 'summary';

/** A ledger attribute: `b` and the batch's bits. */
const LEDGER_ATTRIBUTE = /^b(?:\*|[01]+)$/;

/** The `Sweeps` table: a summary and the ledger parts of each sweep. */
export class DynamoDbSweeps implements SweepStorage {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  async put(sweep: Sweep): Promise<Sweep> {
    const put = new PutCommand({
      TableName: this.#db.tables.sweeps,
      Item: withFormat({ ...sweep, part: SUMMARY }),
      ...conditionInput(absent('sweepId')),
    });
    if (await unlessRefused(this.#db.client.send(put))) return sweep;
    return (await this.get(sweep.sweepId)) ?? sweep;
  }

  async get(sweepId: string): Promise<Sweep | null> {
    const item = await readItem(this.#db, 'sweeps', { sweepId, part: SUMMARY });
    return item && toSweep(item);
  }

  async list(
    poolName: string,
    {
      limit,
      beforeSweepId = AFTER_ALL_SWEEPS,
    }: { readonly limit: number; readonly beforeSweepId?: string },
  ): Promise<readonly Sweep[]> {
    const sweeps: Sweep[] = [];
    const items = queryItems(this.#db, {
      TableName: this.#db.tables.sweeps,
      IndexName: BY_POOL_INDEX,
      KeyConditionExpression: 'poolName = :pool AND sweepId < :before',
      ExpressionAttributeValues: { ':pool': poolName, ':before': beforeSweepId },
      ScanIndexForward: false,
      Limit: limit,
    });
    for await (const item of items) {
      if (!isExpired(item, this.#db.clock.now())) sweeps.push(toSweep(item));
      if (sweeps.length >= limit) break;
    }
    return sweeps;
  }

  async markDispatched(sweepId: string, at: string): Promise<void> {
    await this.#updateSummary(sweepId, { set: { dispatchedAt: at } }, exists('sweepId'));
  }

  async recordBatch(
    sweep: Pick<Sweep, 'sweepId' | 'expiresAtEpochSeconds'>,
    bits: string,
    counts: BatchCounts,
  ) {
    const part = ledgerPartOf(bits);
    const set = { [`b${bits}`]: counts, [TTL_ATTRIBUTE]: sweep.expiresAtEpochSeconds };
    const { Attributes } = await this.#db.client.send(
      new UpdateCommand({
        TableName: this.#db.tables.sweeps,
        Key: { sweepId: sweep.sweepId, part: `ledger#${part}` },
        ReturnValues: 'ALL_NEW',
        ...updateInput({ set, assign: [MARK_FORMAT] }),
      }),
    );
    // A part of an earlier version has more batches than those that belong to it now.
    const own = ledgerEntries(Attributes ?? {}).filter(([each]) => ledgerPartOf(each) === part);
    return { part, recordedInPart: own.length };
  }

  async markComplete(
    { sweepId, expiresAtEpochSeconds }: Pick<Sweep, 'sweepId' | 'expiresAtEpochSeconds'>,
    { within, complete }: LedgerMark,
  ): Promise<ReadonlySet<number>> {
    const { Attributes } = await this.#db.client.send(
      new UpdateCommand({
        TableName: this.#db.tables.sweeps,
        Key: { sweepId, part: `complete#${within ?? ''}` },
        ReturnValues: 'ALL_NEW',
        ...updateInput({
          add: { complete: new Set([complete]) },
          set: { [TTL_ATTRIBUTE]: expiresAtEpochSeconds },
          assign: [MARK_FORMAT],
        }),
      }),
    );
    return new Set(Attributes?.complete as Iterable<number> | undefined);
  }

  async readLedger(sweepId: string): Promise<ReadonlyMap<string, BatchCounts>> {
    const entries: [string, BatchCounts][] = [];
    const parts = queryItems(this.#db, {
      TableName: this.#db.tables.sweeps,
      KeyConditionExpression: 'sweepId = :id AND begins_with(part, :ledger)',
      ExpressionAttributeValues: { ':id': sweepId, ':ledger': 'ledger#' },
      ConsistentRead: true,
    });
    for await (const item of parts) entries.push(...ledgerEntries(item));
    return new Map(entries.sort(([a], [b]) => batchIndex(a) - batchIndex(b)));
  }

  async close(sweepId: string, closing: SweepClosing): Promise<boolean> {
    return (await this.#updateSummary(sweepId, { set: { ...closing } }, sweepIsOpen)) !== null;
  }

  async recordLateBatches(
    sweepId: string,
    lateBatches: number,
    totals: BatchCounts,
  ): Promise<void> {
    const condition = allOf(exists('sweepId'), fewerLateBatches(lateBatches));
    await this.#updateSummary(sweepId, { set: { lateBatches, totals } }, condition);
  }

  async noteDeferral({ sweepId, messageId, receive, ...item }: Deferral): Promise<void> {
    await this.#db.client.send(
      new UpdateCommand({
        TableName: this.#db.tables.sweeps,
        Key: { sweepId, part: deferralPart(messageId) },
        ...updateInput({
          add: { receives: new Set([receive]) },
          set: { [TTL_ATTRIBUTE]: item.expiresAtEpochSeconds },
          assign: [MARK_FORMAT],
        }),
      }),
    );
  }

  async readDeferrals(sweepId: string, messageId: string): Promise<ReadonlySet<number>> {
    const item = await readItem(this.#db, 'sweeps', { sweepId, part: deferralPart(messageId) });
    return new Set(item?.receives as Iterable<number> | undefined);
  }

  async #updateSummary(sweepId: string, changes: Changes, condition: Clause) {
    const update = new UpdateCommand({
      TableName: this.#db.tables.sweeps,
      Key: { sweepId, part: SUMMARY },
      ReturnValues: 'ALL_NEW',
      ...updateInput(changes, condition),
    });
    const updated = await unlessRefused(this.#db.client.send(update));
    return updated && (updated.Attributes ?? {});
  }
}

function deferralPart(messageId: string): string {
  return `deferred#${messageId}`;
}

function toSweep(item: Item): Sweep {
  const { part: _key, completeParts: _earlierMarks, policy, ...sweep } = readFormat(item);
  const copy = policy ? { policy: readStoredPolicy(policy) } : {};
  return { ...sweep, ...copy } as unknown as Sweep;
}

function ledgerEntries(item: Item): [string, BatchCounts][] {
  return Object.entries(item)
    .filter(([attribute]) => LEDGER_ATTRIBUTE.test(attribute))
    .map(([attribute, counts]) => [attribute.slice(1), counts as BatchCounts]);
}
