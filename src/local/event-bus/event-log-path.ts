/** Where the event log of a stack that runs here is read: AWS has no counterpart of it. */
export const EVENT_LOG_PATH = '/events';
