#!/usr/bin/env node
import { runStart } from './start/start-program.ts';
import { processTerminal } from './terminal.ts';

await runStart(process.argv.slice(2), processTerminal());
