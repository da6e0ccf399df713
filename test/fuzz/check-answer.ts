import type { TestReply } from '../functions/support/api.ts';
import { CANARY } from '../functions/support/lease-api.ts';

/** Lambda's answer may have 6 MB ("Lambda quotas"); a problem needs far less. */
const MAX_ANSWER_BYTES = 6 * 1024 * 1024;
const MAX_PROBLEM_BYTES = 256 * 1024;
/** What an HTTP field may have (RFC 9110, section 5.5), without obs-text. */
const FIELD_VALUE = /^[\t\x20-\x7e]*$/;
/** RFC 6901, section 3. */
const JSON_POINTER = /^(?:\/(?:[^~/]|~[01])*)*$/u;

/** What surrounds an answer. */
export interface AnswerContext {
  /** The only route whose answer has a password. */
  readonly isLease: boolean;
  /** Texts that no answer may have. */
  readonly secrets: readonly string[];
  /** What the function has logged meanwhile. */
  readonly log: string;
}

/** Yields a sentence for each thing that is wrong with an answer. */
export function* faultsOf(reply: TestReply, context: AnswerContext): Generator<string> {
  const { status, headers, text } = reply;
  if (!Number.isInteger(status) || status < 200 || status >= 500 || (status >= 300 && status < 400))
    yield `the status is ${status}`;
  if (Buffer.byteLength(text) > MAX_ANSWER_BYTES) yield 'the answer is too long';
  for (const [name, value] of Object.entries(headers))
    if (!FIELD_VALUE.test(String(value))) yield `the header ${name} cannot be sent`;
  if (status >= 400) yield* faultsOfProblem(reply);
  yield* leaks(reply, context);
}

function* faultsOfProblem({ status, headers, text, json }: TestReply): Generator<string> {
  if (headers['content-type'] !== 'application/problem+json') {
    yield 'the refusal is no problem document';
    return;
  }
  const { type, title, detail, errors = [] } = json;
  if (!/^urn:lighthouse:problem:[a-z_]+$/.test(type)) yield `the type is ${type}`;
  if (typeof title !== 'string' || title === '') yield 'the problem has no title';
  if (typeof detail !== 'string' || detail === '') yield 'the problem has no detail';
  if (json.status !== status) yield `the document says ${json.status}, the answer ${status}`;
  if (Buffer.byteLength(text) > MAX_PROBLEM_BYTES)
    yield `the problem has ${text.length} characters`;
  if (!Array.isArray(errors)) yield 'the errors are no list';
  for (const error of errors) {
    const { pointer } = error;
    if (typeof pointer !== 'string' || !JSON_POINTER.test(pointer)) yield `the pointer ${pointer}`;
    if (typeof error.detail !== 'string' || error.detail === '') yield `no detail at ${pointer}`;
  }
}

function* leaks({ status, text }: TestReply, context: AnswerContext): Generator<string> {
  const { isLease, secrets, log } = context;
  if (text.includes(CANARY) && !(isLease && status === 201)) yield 'the answer has a secret';
  if (log.includes(CANARY)) yield 'the log has a secret';
  if (secrets.some((secret) => text.includes(secret))) yield 'the answer has the salt of a pool';
}
