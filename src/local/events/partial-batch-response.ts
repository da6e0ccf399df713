import * as z from 'zod';
import { parseJson } from '../http-server.ts';

const responseSchema = z.object({
  batchItemFailures: z.array(z.object({ itemIdentifier: z.string().min(1) })).nullish(),
});

/**
 * The messages of a batch that a function's answer leaves in the queue. An answer that cannot be
 * read, or that names a message outside the batch, fails the whole batch.
 * AWS: "Handling errors for an SQS event source in Lambda", success and failure conditions.
 */
export function failedMessageIds(
  answer: string,
  messageIds: readonly string[],
): ReadonlySet<string> {
  const everything = new Set(messageIds);
  const parsed = responseSchema.nullable().safeParse(parseJson(answer));
  if (!parsed.success) return everything;
  const failed = (parsed.data?.batchItemFailures ?? []).map((item) => item.itemIdentifier);
  return failed.every((id) => everything.has(id)) ? new Set(failed) : everything;
}
