import { inspect } from 'node:util';

const REDACTED = '***';

/**
 * A proxy's username and password. They can be read by name only: `String()`, `JSON.stringify`,
 * `util.inspect`, spreading and structured clones give nothing away.
 */
export class Credentials {
  readonly #username: string;
  readonly #password: string;

  constructor(username: string, password: string) {
    this.#username = username;
    this.#password = password;
  }

  get username(): string {
    return this.#username;
  }

  get password(): string {
    return this.#password;
  }

  toString(): string {
    return REDACTED;
  }

  toJSON(): string {
    return REDACTED;
  }

  [inspect.custom](): string {
    return `Credentials(${REDACTED})`;
  }
}
