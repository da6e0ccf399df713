#!/usr/bin/env -S node --max-semi-space-size=2
// With V8's own choice of a young generation (the flag, in MB, is in package.json too) a check takes
// half as much memory again, and goes on growing for some 100,000 probes before it is flat.
import { runProgram } from './program.ts';
import { processTerminal } from './terminal.ts';

await runProgram(process.argv.slice(2), processTerminal());
