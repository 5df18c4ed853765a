/** Modules that only a Worker can import, and what they are here. */
export const DOUBLES: ReadonlyMap<string, URL> = new Map(
  ['workers', 'email', 'sockets'].map((name) => [
    `cloudflare:${name}`,
    new URL(`./cloudflare-${name}.ts`, import.meta.url),
  ]),
);

/** Source of a module that is, like a Worker's import of a .wasm file, a compiled WebAssembly.Module. */
export function wasmModule(path: string): string {
  return `import { readFileSync } from 'node:fs';
export default new WebAssembly.Module(readFileSync(${JSON.stringify(path)}));`;
}
