import { expect, test } from 'vitest';
import { el } from '../../codecs/wbxml/index.ts';
import { startInProcess } from '../support/in-process/index.ts';
import { buildMail } from '../support/mail.ts';
import { Phone } from './phone.ts';
import { collection, firstKey, news, sendSync } from './sync-request.ts';

type Call = (...args: unknown[]) => unknown;

/** Devices' objects whose waits open only when they are let. */
function withGate(opens: Promise<void>) {
  const view = (target: object, get: (key: PropertyKey, value: unknown) => unknown) =>
    new Proxy(target, { get: (_, key) => get(key, Reflect.get(target, key)) });
  return (env: Record<string, unknown>) => ({
    ...env,
    DEVICE: view(env['DEVICE'] as object, (key, value) => {
      if (key !== 'get') return value;
      return (id: unknown) =>
        view((value as Call)(id) as object, (name, method) =>
          name === 'fetch'
            ? async (...args: unknown[]) => {
                await opens;
                return (method as Call)(...args);
              }
            : method,
        );
    }),
  });
}

test('a Sync that waits is answered when a copy of it has taken the change before it began to wait (I14)', async () => {
  let open = () => {};
  const server = await startInProcess({
    vars: { PING_HOLD_MAX_S: '20' },
    wrap: withGate(
      new Promise((resolve) => {
        open = resolve;
      }),
    ),
  });
  try {
    await server.addUser('ann@wait.test', 'a-password');
    const phone = new Phone(server, 'ann@wait.test', 'a-password');
    await phone.folderSync();
    const first = await firstKey(phone, phone.inbox);
    const settled = await news(phone, first, phone.inbox);
    const key = settled.answer.bytes.length === 0 ? first : settled.key;
    const request = () =>
      sendSync(phone, [collection(phone.inbox, key)], el('AirSync:HeartbeatInterval', 60));
    const held = request();
    await new Promise((resolve) => setTimeout(resolve, 100));
    await server.email('sender@sender.example', phone.address, buildMail({ to: phone.address }));
    await server.drain();
    const copy = await request();
    const start = Date.now();
    open();
    expect((await held).answer.bytes).toEqual(copy.answer.bytes);
    expect(copy.commands('Add')).toHaveLength(1);
    expect(Date.now() - start).toBeLessThan(5_000);
  } finally {
    await server.stop();
  }
});
