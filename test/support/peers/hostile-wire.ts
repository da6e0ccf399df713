import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { createSecureContext, TLSSocket } from 'node:tls';
import type { ServerCertificate } from '../../../src/local/fleet/index.ts';

/** The peer's end of a probe's connection, for byte-by-byte answers. */
export class Wire {
  #stream: Duplex;
  #received = Buffer.alloc(0);
  #wake: (() => void) | null = null;

  constructor(socket: Socket) {
    this.#stream = this.#listen(socket);
  }

  get stream(): Duplex {
    return this.#stream;
  }

  get isOpen(): boolean {
    return !this.#stream.destroyed && this.#stream.writable;
  }

  /** Waits for `count` bytes and takes them; never settles if the probe leaves. */
  async bytes(count: number): Promise<Buffer> {
    while (this.#received.length < count) await this.#more();
    return this.#take(count);
  }

  /** Waits for a text and takes everything up to its end; never settles if the probe leaves. */
  async until(text: string): Promise<string> {
    while (!this.#received.includes(text)) await this.#more();
    return this.#take(this.#received.indexOf(text) + text.length).toString('latin1');
  }

  send(data: string | Buffer): void {
    if (this.isOpen)
      this.#stream.write(typeof data === 'string' ? Buffer.from(data, 'latin1') : data);
  }

  /** Sends one byte every `everyMs` milliseconds. */
  async drip(data: string | Buffer, everyMs: number): Promise<void> {
    for (const byte of Buffer.from(data as string, 'latin1')) {
      if (!this.isOpen) return;
      this.send(Buffer.of(byte));
      await pause(everyMs);
    }
  }

  /** Sends one piece repeatedly, as fast as the probe reads, until it disconnects or the limit. */
  async flood(piece: string, atMostBytes = 64 * 1024 * 1024): Promise<number> {
    const block = Buffer.from(piece.repeat(Math.ceil(16_384 / piece.length)), 'latin1');
    let sent = 0;
    while (this.isOpen && sent < atMostBytes) {
      sent += block.length;
      if (!this.#stream.write(block)) await this.#drained();
      await pause(0);
    }
    return sent;
  }

  end(): void {
    this.#stream.end();
  }

  /** Sends a reset (RST) on a plain connection. */
  reset(): void {
    if ('resetAndDestroy' in this.#stream) (this.#stream as Socket).resetAndDestroy();
    else this.#stream.destroy();
  }

  /** Switches the connection to TLS, as the server. */
  async secure(
    certificate: ServerCertificate,
    limits: { maxVersion?: 'TLSv1.1' } = {},
  ): Promise<void> {
    const plain = this.#stream as Socket;
    plain.removeAllListeners('data');
    const secured = new TLSSocket(plain, {
      isServer: true,
      secureContext: createSecureContext({
        cert: certificate.certPem,
        key: certificate.keyPem,
        ...(limits.maxVersion && {
          minVersion: 'TLSv1',
          maxVersion: limits.maxVersion,
          ciphers: 'DEFAULT:@SECLEVEL=0',
        }),
      }),
      ALPNProtocols: ['http/1.1'],
    });
    // The plain socket has given its handle away, and learns nothing more of the connection.
    secured.on('end', () => secured.end()).on('close', () => plain.destroy());
    this.#stream = this.#listen(secured);
    await new Promise<void>((resolve) => secured.once('secure', resolve));
  }

  #listen<D extends Duplex>(stream: D): D {
    stream.on('error', () => {});
    stream.on('close', () => this.#wakeUp());
    stream.on('data', (chunk: Buffer) => {
      this.#received = Buffer.concat([this.#received, chunk]);
      this.#wakeUp();
    });
    return stream;
  }

  #take(count: number): Buffer {
    const taken = this.#received.subarray(0, count);
    this.#received = this.#received.subarray(count);
    return taken;
  }

  #more(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }

  #drained(): Promise<void> {
    return new Promise((resolve) => {
      this.#stream.once('drain', resolve);
      this.#stream.once('close', resolve);
    });
  }

  #wakeUp(): void {
    const wake = this.#wake;
    this.#wake = null;
    if (!this.#stream.destroyed) wake?.();
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => {
    if (ms === 0) setImmediate(resolve);
    else setTimeout(resolve, ms);
  });
}
