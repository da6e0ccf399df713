import type { Socket } from 'node:net';
import { MAX_HEAD_BYTES } from '../dial/socket-reader.ts';
import { ProbeFailure } from '../probe-failure.ts';
import { beginsStatusLine } from './status-line.ts';

/**
 * Looks at a reply before the HTTP parser does, which lets HTTP/0.9 and HTTP/2.0 pass: it must
 * begin with a proper status line, and its header (the reason phrase, which the parser does not
 * count, included) must end within 16 KiB.
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
    if (!beginsStatusLine(chunk, received)) fail(new ProbeFailure('protocol_error'));
    // What came before was no whole header, or the watch would be over. The chunk itself may be
    // long: it may hold most of a body.
    else if (received > MAX_HEAD_BYTES) fail(new ProbeFailure('header_overflow'));
    received += chunk.length;
  };
  socket.on('readable', watch);
  return () => socket.off('readable', watch);
}
