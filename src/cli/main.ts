import { runProgram } from './program.ts';
import { processTerminal } from './terminal.ts';

await runProgram(process.argv.slice(2), processTerminal());
