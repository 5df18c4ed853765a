import { expect, it } from 'vitest';
import { startInProcess } from '../support/in-process/index.ts';
import { buildMail } from '../support/mail.ts';

it('I25 what one installation in an isolate knows of an address is nothing to the next', async () => {
  for (let i = 0; i < 2; i++) {
    const server = await startInProcess();
    try {
      await server.addUser('ann@same.example', 'a-password-1');
      await server.email('x@elsewhere.example', 'ann@same.example', buildMail({ subject: `Hello ${i}` }));
      await server.drain();
      const stats = await server.admin<{ messages: number }>('GET', '/users/ann%40same.example/stats');
      expect(stats.messages).toBeGreaterThan(0);
    } finally {
      await server.stop();
    }
  }
});
