import type { Attempt } from '../attempt/attempt.ts';
import { Blame } from '../blame.ts';
import { forwardedRefusal } from '../classify/proxy-replies.ts';
import { type Connection, dial, dialDirectly, type Passage } from '../dial/dial.ts';
import type { ProbeServices } from '../dial/dial-context.ts';
import { Phase } from '../health-check-result.ts';
import type { Exchange, TargetReply } from '../http/exchange.ts';
import { forwardedRequest, originRequest, type RequestFields } from '../http/request.ts';
import { ProbeFailure } from '../probe-failure.ts';
import type { Target } from '../target.ts';
import type { ProbePlan } from './probe-plan.ts';
import { MAX_REDIRECTS, redirectOf } from './redirect.ts';

/** An answer that counts as success. */
export interface Answer {
  readonly statusCode: number;
  readonly certificateChanged: boolean;
}

export interface AskOptions {
  readonly attempt: Attempt;
  readonly plan: ProbePlan;
  readonly exchange: Exchange;
  readonly services: ProbeServices;
  /** Absent when the target is asked directly. */
  readonly passage?: Passage;
}

/**
 * Asks the target, follows redirects and requires the expected answer. Every hop is dialed anew
 * under the same deadline and address policy; the caller's header fields are dropped when the
 * origin changes.
 *
 * @throws {ProbeFailure} when the expected answer does not come
 */
export async function askTarget(ask: AskOptions): Promise<Answer> {
  const { attempt, plan } = ask;
  let { target, headers } = plan;
  let certificateChanged = false;
  for (let hop = 0; ; hop++) {
    attempt.sender = undefined;
    const connection = await open(ask, target);
    certificateChanged ||= connection.certificateChanged;
    attempt.sender = connection.isTargets ? Blame.target : undefined;
    attempt.phases.enter(Phase.firstByte);
    const request = requestOver(connection, { ask, target, headers });
    const reply = await ask.exchange(attempt, connection.socket, request);
    const next = redirectOf(reply, target, plan);
    if (!next) {
      requireExpected(reply, connection, ask);
      return { statusCode: reply.statusCode, certificateChanged };
    }
    if (hop === MAX_REDIRECTS) {
      throw new ProbeFailure('too_many_redirects', { statusCode: reply.statusCode });
    }
    attempt.releaseSockets();
    attempt.phases.enter(Phase.connect);
    if (next.url.origin !== target.url.origin) headers = plan.plainHeaders;
    target = next;
  }
}

function open({ attempt, plan, services, passage }: AskOptions, target: Target) {
  const context = { attempt, options: plan.options, services };
  return passage ? dial(context, passage, target) : dialDirectly(context, target);
}

interface Hop {
  readonly ask: AskOptions;
  readonly target: Target;
  readonly headers: RequestFields;
}

function requestOver(connection: Connection, { ask, target, headers }: Hop) {
  const { passage } = ask;
  return connection.forwarded && passage
    ? forwardedRequest(target, headers, passage.proxy)
    : originRequest(target, headers);
}

function requireExpected(
  reply: TargetReply,
  { forwarded }: Connection,
  { plan, passage }: AskOptions,
): void {
  const { statusCode } = reply;
  if (!plan.expectedStatusCodes.has(statusCode)) {
    if (!forwarded) throw new ProbeFailure('unexpected_status', { statusCode });
    throw forwardedRefusal(reply, passage?.proxy.credentials !== undefined);
  }
  const { finding } = reply;
  if (finding === undefined || finding === 'found') return;
  const code = finding === 'missing' ? 'content_mismatch' : 'content_undecodable';
  throw new ProbeFailure(code, { statusCode });
}
