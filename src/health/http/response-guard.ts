import type { Socket } from 'node:net';
import { ProbeFailure } from '../probe-failure.ts';
import { beginsStatusLine, MAX_HEAD_BYTES, MAX_INTERIM } from './status-line.ts';

const DIGIT_1 = 0x31;
/** One whole `100 Continue`, which no probe asks for. */
const CONTINUE = /^HTTP\/1\.[01] 100(?: [^\r\n]*)?\r\n(?:[^\r\n]+\r\n)*\r\n/;

/**
 * Checks a reply before the HTTP parser, which lets HTTP/0.9 and HTTP/2.0 pass. The reply must
 * begin with a proper status line, and its header must end within 16 KiB, including the reason
 * phrase, which the parser does not count. A `100 Continue` that arrives whole is removed, since
 * the parser takes it for an error.
 *
 * @param fail called at most once
 * @returns a function that ends the watch, to be called when the header is complete
 */
export function guardResponse(socket: Socket, fail: (failure: ProbeFailure) => void): () => void {
  let received = 0;
  let interim = 0;
  const watch = () => {
    let chunk: Buffer | null = socket.read();
    if (chunk === null) return;
    while (received === 0 && chunk[9] === DIGIT_1) {
      const [whole] = CONTINUE.exec(chunk.toString('latin1', 0, MAX_HEAD_BYTES)) ?? [];
      if (whole === undefined || interim++ === MAX_INTERIM) break;
      chunk = chunk.subarray(whole.length);
    }
    if (chunk.length === 0) return;
    socket.unshift(chunk);
    if (!beginsStatusLine(chunk, received)) fail(new ProbeFailure('protocol_error'));
    // The bytes before this chunk did not complete the header, or the watch would be over. The
    // chunk itself may be long: it may hold most of a body.
    else if (received > MAX_HEAD_BYTES) fail(new ProbeFailure('header_overflow'));
    received += chunk.length;
  };
  socket.on('readable', watch);
  return () => socket.off('readable', watch);
}
