import { createReadStream } from 'node:fs';
import { type FileHandle, mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

/** How many rejected lines are kept in memory. */
const HELD_IN_MEMORY = 1_000;

/**
 * Keeps JSON texts in order until they are read: the first thousand in memory, the rest in a
 * temporary file. A list of nothing but bad lines takes no more memory than a good one.
 */
export class RejectedSpool {
  readonly #held: string[] = [];
  #directory: string | undefined;
  #file: FileHandle | undefined;

  async add(json: string): Promise<void> {
    if (this.#held.length < HELD_IN_MEMORY) {
      this.#held.push(json);
      return;
    }
    this.#file ??= await this.#openFile();
    await this.#file.appendFile(`${json}\n`);
  }

  async *read(): AsyncGenerator<string> {
    yield* this.#held;
    if (!this.#directory) return;
    await this.#closeFile();
    const input = createReadStream(join(this.#directory, 'rejected.ndjson'));
    try {
      yield* createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY });
    } finally {
      input.destroy();
    }
  }

  async dispose(): Promise<void> {
    await this.#closeFile();
    if (this.#directory) await rm(this.#directory, { recursive: true, force: true });
    this.#directory = undefined;
  }

  async #openFile(): Promise<FileHandle> {
    this.#directory = await mkdtemp(join(tmpdir(), 'lighthouse-'));
    return open(join(this.#directory, 'rejected.ndjson'), 'wx', 0o600);
  }

  async #closeFile(): Promise<void> {
    await this.#file?.close();
    this.#file = undefined;
  }
}
