import * as z from 'zod';
import { type HttpReply, jsonReply } from '../http-server.ts';

const replySchema = z.object({
  statusCode: z.coerce.number().int().min(200).max(599),
  headers: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])).nullish(),
  cookies: z.array(z.string()).nullish(),
  body: z.string().nullish(),
  isBase64Encoded: z.boolean().nullish(),
});

/**
 * Turns a function's answer in payload format 2.0 into an HTTP reply. An answer without
 * `statusCode` is the body of a 200.
 */
export function functionReply(payload: string): HttpReply {
  const answer: unknown = JSON.parse(payload);
  if (typeof answer !== 'object' || answer === null || !('statusCode' in answer)) {
    return jsonReply(200, answer);
  }
  const parsed = replySchema.safeParse(answer);
  if (!parsed.success) return jsonReply(500, { message: 'Internal Server Error' });
  const { statusCode, headers, cookies, body, isBase64Encoded } = parsed.data;
  return {
    status: statusCode,
    headers: {
      'content-type': 'text/plain;charset=utf-8',
      ...Object.fromEntries(
        Object.entries(headers ?? {}).map(([name, value]) => [name.toLowerCase(), String(value)]),
      ),
      ...(cookies ? { 'set-cookie': cookies } : {}),
    },
    body: isBase64Encoded ? Buffer.from(body ?? '', 'base64') : (body ?? ''),
  };
}
