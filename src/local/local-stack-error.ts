import { LighthouseError } from '../errors.ts';

/** The stack cannot run on this machine; the message says what stands in the way. */
export class LocalStackError extends LighthouseError {
  constructor(message: string, options?: ErrorOptions) {
    super('local_stack', message, options);
  }
}
