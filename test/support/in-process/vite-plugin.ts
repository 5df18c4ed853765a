import { fileURLToPath } from 'node:url';
import { DOUBLES, wasmModule } from './modules.ts';

interface Resolver {
  resolve(source: string, importer?: string): Promise<{ id: string } | null>;
}

/** Around the path of the file: what is loaded under the name is no WebAssembly, but JavaScript. */
const PREFIX = '\0wasm:';
const SUFFIX = '.js';

/** hooks.ts for what vite loads. */
export function workerModules() {
  return {
    name: 'worker-modules',
    enforce: 'pre' as const,
    async resolveId(this: Resolver, source: string, importer?: string) {
      const double = DOUBLES.get(source);
      if (double !== undefined) return fileURLToPath(double);
      if (!source.endsWith('.wasm')) return null;
      const found = await this.resolve(source, importer);
      return found === null ? null : PREFIX + found.id + SUFFIX;
    },
    load: (id: string) =>
      id.startsWith(PREFIX) ? wasmModule(id.slice(PREFIX.length, -SUFFIX.length)) : null,
  };
}
