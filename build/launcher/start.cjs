'use strict';
const { mkdirSync, statSync } = require('node:fs');
const { enableCompileCache } = require('node:module');
const { homedir } = require('node:os');
const { isAbsolute, join } = require('node:path');

/**
 * Limits V8's young generation, in MB. Without it a check takes half as much memory again, and its
 * memory grows for some 100,000 probes before it levels off. V8 reads it at its start only.
 */
const SMALL_HEAP = '--max-semi-space-size=8';

const [node, , ...args] = process.argv;

// Replaces this process with one that has the flag: the same id, nothing in between (40 ms of CPU).
// A shebang with `env -S` would do the same, but Alpine's `env` knows no -S.
// Windows has the function and refuses it.
const canReplace = process.execve !== undefined && process.platform !== 'win32';
if (args[0] === 'check' && canReplace && !process.execArgv.includes(SMALL_HEAP)) {
  process.execve(process.execPath, [node, SMALL_HEAP, ...process.execArgv, __filename, ...args]);
}

const cache = cacheDirectory();
if (cache !== null) enableCompileCache(cache);
import('../cli/main.js');

/**
 * Where V8 keeps what it has compiled, which takes half of the start-up time. Null where this user
 * has no such place of their own: what lies there is run, so no one else may write to it.
 */
function cacheDirectory() {
  try {
    // A user without a home has none to ask for; one that is empty would mean this directory.
    const caches = process.env.XDG_CACHE_HOME || join(homedir(), '.cache');
    if (!isAbsolute(caches)) return null;
    const directory = join(caches, 'proxy-lighthouse');
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    const { uid, mode } = statSync(directory);
    const isPrivate = uid === process.getuid?.() && (mode & 0o022) === 0;
    return isPrivate || process.platform === 'win32' ? directory : null;
  } catch {
    return null;
  }
}
