import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A temporary directory for configurations; servers that drop root can read and write in it. */
export class Workspace {
  readonly path: string;

  private constructor(path: string) {
    this.path = path;
  }

  static create(): Workspace {
    const path = mkdtempSync(join(tmpdir(), 'real-proxies-'));
    chmodSync(path, 0o755);
    return new Workspace(path);
  }

  /** A directory in it that every user may write to. */
  directory(name: string): string {
    const path = join(this.path, name);
    mkdirSync(path);
    chmodSync(path, 0o777);
    return path;
  }

  /** Writes a file that every user may read, and returns its path. */
  write(name: string, content: string): string {
    const path = join(this.path, name);
    writeFileSync(path, content, { mode: 0o644 });
    return path;
  }

  remove(): void {
    rmSync(this.path, { recursive: true, force: true });
  }
}
