/**
 * An object whose methods, all of them asynchronous, first wait for the real one to be loaded. What `now` holds is
 * there at once.
 */
export function later<T extends object>(load: () => Promise<T>, now: Partial<T> = {}): T {
  return new Proxy(now, {
    get(target, name) {
      if (name in target) return Reflect.get(target, name);
      // An object with `then` would be taken for a promise by everyone who awaits it.
      if (typeof name === 'symbol' || name === 'then') return undefined;
      return async (...args: unknown[]) => {
        const real = await load();
        const method: unknown = Reflect.get(real, name);
        if (typeof method !== 'function') throw new TypeError(`store: no method ${name}`);
        return method.apply(real, args);
      };
    },
  }) as T;
}
