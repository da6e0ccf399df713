'use strict';
const { mkdirSync, statSync } = require('node:fs');
const { enableCompileCache } = require('node:module');
const { homedir } = require('node:os');
const { isAbsolute, join } = require('node:path');

/**
 * Settings of V8's heap, read at its start only: a young generation of at most three times 8 MB, and
 * an old one that is collected when it has doubled. Without them, a check of 100,000 proxies takes
 * twice the memory; with less, it takes more CPU time.
 */
const HEAP_FLAGS = ['--max-semi-space-size=8', '--heap-growing-percent=100'];

const [node, , ...args] = process.argv;

// Replaces this process with one that has the flags: the same id, nothing in between (40 ms of CPU).
// A shebang with `env -S` would do the same, but Alpine's `env` knows no -S.
// Windows has the function and refuses it.
const canReplace = process.execve !== undefined && process.platform !== 'win32';
if (args[0] === 'check' && canReplace && !process.execArgv.includes(HEAP_FLAGS[0])) {
  process.execve(process.execPath, [node, ...HEAP_FLAGS, ...process.execArgv, __filename, ...args]);
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
