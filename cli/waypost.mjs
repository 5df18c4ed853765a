#!/usr/bin/env node
// Starts the waypost command. The command is TypeScript, which Node runs as it is from 22.18 on; an older Node
// hands over to the one in node_modules (npm package "node"). This file must therefore run on Node 20.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { constants } from 'node:os';
import { fileURLToPath } from 'node:url';

if (process.features.typescript) {
  const { main } = await import('./main.ts');
  await main(process.argv.slice(2));
} else {
  const binary = process.platform === 'win32' ? 'node.exe' : 'node';
  const node = fileURLToPath(new URL(`../node_modules/node/bin/${binary}`, import.meta.url));
  if (!existsSync(node)) {
    console.error(
      `waypost needs Node 22.18 or newer, this is ${process.version}. Run "npm ci" in the project first.`,
    );
    process.exit(1);
  }
  const child = spawn(node, [fileURLToPath(import.meta.url), ...process.argv.slice(2)], { stdio: 'inherit' });
  // Ctrl-C reaches the child by itself, as it shares the terminal: this process only waits for its end.
  process.on('SIGINT', () => undefined);
  process.on('SIGTERM', () => child.kill('SIGTERM'));
  child.on('error', (error) => {
    console.error(`waypost: cannot start ${node}: ${error.message}`);
    process.exit(1);
  });
  child.on('exit', (code, signal) => {
    process.exit(signal === null ? (code ?? 1) : 128 + (constants.signals[signal] ?? 0));
  });
}
