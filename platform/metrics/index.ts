import type { Recorder } from './recorder.ts';

const recorders = new WeakMap<object, Recorder>();

/** The recorder of an installation in this isolate; undefined where nothing is counted. */
export function recorderOf(services: { config: object }): Recorder | undefined {
  return recorders.get(services.config);
}

export function keepRecorder(config: object, recorder: Recorder): void {
  recorders.set(config, recorder);
}

const routes = new WeakMap<Request, string>();

/** Says which route a request took, as a template of a bounded set: never a path, a name or an id. */
export function noteRoute(request: Request, route: string): void {
  routes.set(request, route);
}

export function routeOf(request: Request): string | undefined {
  return routes.get(request);
}
