/**
 * Runs inside a function's own process and plays the part of Lambda's Node.js runtime: it loads the
 * handler once (the init phase), then answers one invocation at a time over the IPC channel. It is
 * plain JavaScript, since stripping types would add 18 MB to every function's measured memory.
 */
import { existsSync } from 'node:fs';
import { pathToFileURL } from 'node:url';

process.on('disconnect', () => process.exit());
if (!process.connected) process.exit();
// Ctrl-C reaches the whole process group, but the stack itself ends its functions.
process.on('SIGINT', () => {});
process.on('SIGTERM', () => {});

const variables = { ...process.env };
let runningRequestId = '';

const send = (message) => new Promise((resolve) => process.send(message, resolve));

/** As Lambda's runtime describes what was thrown: an error, or anything else. */
const describe = (thrown) =>
  thrown instanceof Error
    ? { errorType: thrown.name, errorMessage: thrown.message, trace: `${thrown.stack}`.split('\n') }
    : { errorType: typeof thrown, errorMessage: String(thrown), trace: [] };

process.on('unhandledRejection', async (reason) => {
  const error = { ...describe(reason), errorType: 'Runtime.UnhandledPromiseRejection' };
  await send({ type: 'error', requestId: runningRequestId, error });
  process.exit(128);
});

const handler = await loadHandler();

process.on('message', async (invocation) => {
  runningRequestId = invocation.requestId;
  await send(await answer(invocation));
});

async function loadHandler() {
  const [file, name] = variables._HANDLER.split('.');
  const base = `${variables.LAMBDA_TASK_ROOT}/${file}`;
  try {
    const path = ['.mjs', '.js', '.cjs'].map((extension) => base + extension).find(existsSync);
    if (path === undefined) {
      throw Object.assign(new Error(`Cannot find module '${file}'`), {
        name: 'Runtime.ImportModuleError',
      });
    }
    const exported = (await import(pathToFileURL(path)))[name];
    if (typeof exported !== 'function') {
      const why = exported ? 'is not a function' : 'is undefined or not exported';
      throw Object.assign(new Error(`${variables._HANDLER} ${why}`), {
        name: 'Runtime.HandlerNotFound',
      });
    }
    await send({ type: 'ready' });
    return exported;
  } catch (error) {
    await send({ type: 'init-error', error: describe(error) });
    process.exit(1);
  }
}

async function answer({ requestId, payload, functionArn, deadlineAtMs }) {
  const context = {
    callbackWaitsForEmptyEventLoop: true,
    functionName: variables.AWS_LAMBDA_FUNCTION_NAME,
    functionVersion: variables.AWS_LAMBDA_FUNCTION_VERSION,
    memoryLimitInMB: variables.AWS_LAMBDA_FUNCTION_MEMORY_SIZE,
    logGroupName: variables.AWS_LAMBDA_LOG_GROUP_NAME,
    logStreamName: variables.AWS_LAMBDA_LOG_STREAM_NAME,
    invokedFunctionArn: functionArn,
    awsRequestId: requestId,
    getRemainingTimeInMillis: () => deadlineAtMs - Date.now(),
  };
  try {
    const result = await handler(JSON.parse(payload), context);
    return { type: 'result', requestId, payload: JSON.stringify(result ?? null) };
  } catch (error) {
    return { type: 'error', requestId, error: describe(error) };
  }
}
