import { fieldValue, type ReplyHead } from '../http/reply-head.ts';
import { ProbeFailure } from '../probe-failure.ts';
import { type Target, toTarget } from '../target.ts';
import type { ProbePlan } from './probe-plan.ts';

/** Most redirects that one attempt follows. */
export const MAX_REDIRECTS = 5;

/** RFC 9110, section 15.4: the statuses that name another place for the same request. */
const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

/**
 * Tells where a reply sends the probe next; null when the reply is the final answer. A reply with
 * an expected status is always final, even a redirect.
 *
 * @throws {ProbeFailure} `bad_redirect` when a redirect has no usable Location
 */
export function redirectOf(reply: ReplyHead, from: Target, plan: ProbePlan): Target | null {
  const { statusCode } = reply;
  if (!plan.options.allowRedirects || !REDIRECTS.has(statusCode)) return null;
  if (plan.expectedStatusCodes.has(statusCode)) return null;
  const location = fieldValue(reply, 'location');
  const url = location !== undefined ? URL.parse(location, from.url.href) : null;
  if (url?.protocol !== 'http:' && url?.protocol !== 'https:') {
    throw new ProbeFailure('bad_redirect', { statusCode });
  }
  return toTarget(url);
}
