import type { Socket } from 'node:net';
import { MAX_HEAD_BYTES } from '../dial/socket-reader.ts';
import { ProbeFailure } from '../probe-failure.ts';

/** What a status line begins with; the parser behind the guard lets HTTP/0.9 and HTTP/2.0 pass. */
const PREFIX = Buffer.from('HTTP/1.');

/**
 * Looks at a reply before the HTTP parser does: it must begin as HTTP/1, and its header (the
 * reason phrase, which the parser does not count, included) must end within 16 KiB.
 *
 * @param fail called at most once, with a ProbeFailure
 * @returns ends the watch; call it when the header is complete
 */
export function guardResponse(socket: Socket, fail: (failure: ProbeFailure) => void): () => void {
  let received = 0;
  const watch = () => {
    const chunk: Buffer | null = socket.read();
    if (chunk === null) return;
    socket.unshift(chunk);
    const isHttp = continuesPrefix(chunk, received);
    received += chunk.length;
    if (!isHttp) fail(new ProbeFailure('protocol_error'));
    else if (received > MAX_HEAD_BYTES) fail(new ProbeFailure('header_overflow'));
  };
  socket.on('readable', watch);
  return () => socket.off('readable', watch);
}

function continuesPrefix(chunk: Buffer, offset: number): boolean {
  const end = Math.min(chunk.length, PREFIX.length - offset);
  for (let index = 0; index < end; index++) {
    if (chunk[index] !== PREFIX[offset + index]) return false;
  }
  return true;
}
