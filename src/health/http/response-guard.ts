import type { Socket } from 'node:net';
import type { FailureCode } from '../failure.ts';
import { ProbeFailure } from '../probe-failure.ts';
import { HeadBuffer } from './head-buffer.ts';
import { MAX_INTERIM, SWITCHING_PROTOCOLS, toStrictHead } from './reply-head.ts';

/** Where a status begins in its status line. */
const STATUS_AT = 9;

export interface GuardOptions {
  /** The longest header, its status line with the reason phrase included. */
  readonly maxHeadBytes: number;
  /** Called at most once. */
  readonly fail: (failure: ProbeFailure) => void;
}

/**
 * Reads a reply's header before the HTTP parser does, which lets HTTP/0.9 and HTTP/2.0 pass, counts
 * no reason phrase, and refuses what every browser accepts. The header is handed on when it is
 * whole, in strict spelling; the interim replies before it are left out.
 */
export function guardResponse(socket: Socket, { maxHeadBytes, fail }: GuardOptions): void {
  const buffer = new HeadBuffer(maxHeadBytes);
  let interim = 0;
  const watch = () => {
    const chunk: Buffer | null = socket.read();
    if (chunk === null) return;
    buffer.add(chunk);
    for (;;) {
      const head = nextHead(buffer);
      if (head === null) return;
      if (typeof head !== 'string') {
        const status = statusOf(head);
        if (status >= 200) return handOn(head);
        if (status !== SWITCHING_PROTOCOLS && ++interim <= MAX_INTERIM) continue;
      }
      socket.off('readable', watch);
      return fail(new ProbeFailure(typeof head === 'string' ? head : 'protocol_error'));
    }
  };
  const handOn = (head: Buffer) => {
    socket.off('readable', watch);
    const rest = buffer.rest();
    if (rest.length > 0) socket.unshift(rest);
    socket.unshift(head);
  };
  socket.on('readable', watch);
}

/** The next header in strict spelling; null while it has not ended. */
function nextHead(buffer: HeadBuffer): Buffer | FailureCode | null {
  const head = buffer.take();
  if (head === null || typeof head === 'string') return head;
  return toStrictHead(head) ?? 'protocol_error';
}

function statusOf(head: Buffer): number {
  return Number(head.toString('latin1', STATUS_AT, STATUS_AT + 3));
}
