import * as z from 'zod';

const responseSchema = z.object({
  batchItemFailures: z.array(z.object({ itemIdentifier: z.string().min(1) })).nullish(),
});

/**
 * Which of a batch's messages a function's answer leaves in the queue. An answer that cannot be
 * read, or names a message that was not in the batch, fails the whole batch.
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

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
