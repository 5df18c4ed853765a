import { fileURLToPath, pathToFileURL } from 'node:url';
import { WORKERS, WORKERS_DOUBLE, wasmModule } from './modules.ts';

interface Resolver {
  resolve(source: string, importer?: string): Promise<{ id: string } | null>;
}

const PREFIX = '\0wasm:';

/** hooks.ts for what vite loads. */
export function workerModules() {
  return {
    name: 'worker-modules',
    enforce: 'pre' as const,
    async resolveId(this: Resolver, source: string, importer?: string) {
      if (source === WORKERS) return fileURLToPath(WORKERS_DOUBLE);
      if (!source.endsWith('.wasm')) return null;
      const found = await this.resolve(source, importer);
      return found === null ? null : PREFIX + found.id;
    },
    load: (id: string) =>
      id.startsWith(PREFIX) ? wasmModule(pathToFileURL(id.slice(PREFIX.length)).href) : null,
  };
}
