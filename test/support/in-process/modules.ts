/** How modules that only a Worker can import are found here. */
export const DOUBLES: ReadonlyMap<string, URL> = new Map([
  ['cloudflare:workers', new URL('./cloudflare-workers.ts', import.meta.url)],
  ['cloudflare:sockets', new URL('./cloudflare-sockets.ts', import.meta.url)],
]);

/** Source of a module that is, like a Worker's import of a .wasm file, a compiled WebAssembly.Module. */
export function wasmModule(path: string): string {
  return `import { readFileSync } from 'node:fs';
export default new WebAssembly.Module(readFileSync(${JSON.stringify(path)}));`;
}
