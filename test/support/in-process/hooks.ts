import { registerHooks } from 'node:module';
import { fileURLToPath } from 'node:url';
import { DOUBLES, wasmModule } from './modules.ts';

let installed = false;

/** Lets this Node process import the modules of a Worker. In vitest the plugin does the same for what vite loads. */
export function installHooks(): void {
  if (installed) return;
  installed = true;
  registerHooks({
    resolve: (specifier, context, next) => {
      const double = DOUBLES.get(specifier);
      return double === undefined ? next(specifier, context) : { url: double.href, shortCircuit: true };
    },
    load: (url, context, next) =>
      url.startsWith('file:') && url.endsWith('.wasm')
        ? { format: 'module', source: wasmModule(fileURLToPath(url)), shortCircuit: true }
        : next(url, context),
  });
}
