// Runs wrangler with arguments that come on standard input (a JSON list): every user of a machine sees the arguments of
// its processes, and some of wrangler's take a password in no other way.
import Module, { createRequire } from 'node:module';
import { text } from 'node:stream/consumers';

const hidden = JSON.parse(await text(process.stdin));
const cli = createRequire(import.meta.url).resolve('wrangler');
process.argv = [process.argv[0] ?? 'node', cli, ...process.argv.slice(2), ...hidden];
Module.runMain();
