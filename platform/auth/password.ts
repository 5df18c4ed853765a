import Argon2 from '@phi-ag/argon2';
import wasm from '@phi-ag/argon2/argon2.wasm';

/** OWASP's second choice for argon2id: 19 MiB, two passes; about 30 ms in workerd. */
const PARAMETERS = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };

let engine: Promise<Argon2> | undefined;

function load(): Promise<Argon2> {
  engine ??= WebAssembly.instantiate(wasm).then((instance) => new Argon2(instance as never));
  return engine;
}

/** PHC string of argon2id with a random salt. */
export async function hashPassword(password: string): Promise<string> {
  return (await load()).hash(password, PARAMETERS).encoded;
}

/** Whether the password fits the PHC string. Strings with costs beyond ours are refused, not computed. */
export async function verifyPassword(encoded: string, password: string): Promise<boolean> {
  const cost = /^\$argon2id\$v=19\$m=(\d+),t=(\d+),p=(\d+)\$/.exec(encoded);
  if (cost === null || Number(cost[1]) > 65_536 || Number(cost[2]) > 10 || Number(cost[3]) > 4) return false;
  return (await load()).tryVerify(encoded, password).success;
}

let dummy: Promise<string> | undefined;

/** Spends the time of one verification, so that an unknown address answers no faster than a known one (A34). */
export async function verifyNothing(password: string): Promise<void> {
  dummy ??= hashPassword('no such user');
  await verifyPassword(await dummy, password);
}
