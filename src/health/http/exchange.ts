import type { Socket } from 'node:net';
import type { Attempt } from '../attempt/attempt.ts';
import { ProbeFailure } from '../probe-failure.ts';
import type { Finding } from './content-search.ts';
import {
  hasSoundFraming,
  MAX_PROXY_HEAD_BYTES,
  MAX_TARGET_HEAD_BYTES,
  type ReplyHead,
} from './reply-head.ts';
import { requestText, type TargetRequest } from './request.ts';
import { SocketReader } from './socket-reader.ts';

/** The answer to a request, as far as it was read. */
export interface TargetReply extends ReplyHead {
  /** Whether the text that was wanted is in the body; absent when none was. */
  readonly finding?: Finding;
}

/** Sends one GET over a connected socket and reads the answer. */
export type Exchange = (
  attempt: Attempt,
  socket: Socket,
  request: TargetRequest,
) => Promise<TargetReply>;

/**
 * Reads status and header alone, which is all that most probes want to know; an HTTP client would
 * parse them a second time, and costs as much as the rest of a probe.
 *
 * @throws {ProbeFailure} when the answer is malformed or too long
 */
export const exchangeHeads: Exchange = async (attempt, socket, request) => {
  refuseEarlyBytes(socket);
  const reader = new SocketReader(socket, maxHeadBytes(request));
  socket.write(requestText(request), 'latin1');
  const reply = await reader.readReply();
  reader.release();
  attempt.hushSockets();
  if (!hasSoundFraming(reply)) throw new ProbeFailure('protocol_error');
  return reply;
};

/** The longest header that is read from the party that answers, bytes. */
export function maxHeadBytes({ target }: TargetRequest): number {
  return target.secure ? MAX_TARGET_HEAD_BYTES : MAX_PROXY_HEAD_BYTES;
}

/** The client speaks first, so what is there before the request is no answer to it. */
export function refuseEarlyBytes(socket: Socket): void {
  if (socket.readableLength > 0) throw new ProbeFailure('protocol_error');
}
