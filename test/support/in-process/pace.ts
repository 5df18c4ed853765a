/** A number from 0 up to, but not including, 1. */
export type Chance = () => number;

/** Numbers that a seed gives again and again (mulberry32). */
export function seeded(seed: number): Chance {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** What a call of a binding waits for before it does its work, and again before it answers. */
export type Pace = () => Promise<void>;

/** Turns of the event loop: none to two, so that what runs beside each other takes turns in ever other ways. */
export function createPace(chance: Chance): Pace {
  return async () => {
    for (let turns = Math.floor(chance() * 3); turns > 0; turns--) {
      await new Promise<void>((resolve) => setImmediate(resolve));
    }
  };
}
