#!/usr/bin/env -S node --max-semi-space-size=2
// The flag limits V8's young generation, in MB (package.json sets it too). Without it a check takes
// half as much memory again, and its memory grows for some 100,000 probes before it levels off.
import { runProgram } from './program.ts';
import { processTerminal } from './terminal.ts';

await runProgram(process.argv.slice(2), processTerminal());
