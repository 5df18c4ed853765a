import { Buffer } from 'node:buffer';
import { describe, expect, it } from 'vitest';
import { furnish } from '../clients/ews/furnish.ts';
import { createReplay, hasRecording, recordedBy } from '../clients/ews/replay.ts';
import { type InProcess, startInProcess } from '../support/in-process/index.ts';

/** What these clients ask for, and what is not there, in the office or at all. */
const EXPECTED = new Set([
  // exchangelib's first request, which asks for nothing but the version.
  'ConvertId ErrorInvalidIdMalformed',
  // Folders of Exchange that no client needs.
  'GetFolder ErrorFolderNotFound',
  // Categories and settings that nobody has made, photos that nobody has put there.
  'GetUserConfiguration ErrorItemNotFound',
  'GetUserPhoto ErrorItemNotFound',
  // Answered in their own terms where they are not there.
]);

const CLIENTS = ['exchangelib-4.9', 'ews-javascript-api-0.15.3', 'davmail-6.0.1'];

function furnished(server: InProcess) {
  return {
    ...{ fetch: server.fetch, admin: server.admin },
    async deliver({ from, to }: { from: string; to: string }, raw: string) {
      const handed = await server.email(from, to, raw);
      if (handed.outcome !== 'ok' || handed.rejectReason !== undefined) {
        throw new Error(`the mail is not taken: ${JSON.stringify(handed)}`);
      }
      await server.drain();
    },
  };
}

describe.skipIf(!hasRecording)('requests as real clients send them', () => {
  it.each(CLIENTS)('%s is answered as the schema says, and has what it asks for', async (client) => {
    const server = await startInProcess();
    // Of its own: who signed in is remembered by the process.
    const password = `secret-${client}`;
    try {
      await furnish(furnished(server), password);
      const authorization = `Basic ${Buffer.from(`alice@example.com:${password}`).toString('base64')}`;
      const replay = createReplay(server, authorization);
      const recorded = recordedBy(client);
      expect(recorded.length).toBeGreaterThan(60);
      const faults: string[] = [];
      for (const request of recorded) {
        const { status, documents, operation } = await replay(request);
        const signed = request.headers.some(([name]) => /^authorization$/i.test(name));
        const said = documents.flatMap((one) => one.codes);
        const unexpected = said.filter((code) => code !== 'NoError' && !EXPECTED.has(`${operation} ${code}`));
        const fine = signed ? status === 200 && documents.length > 0 : status === 401;
        if (!fine || unexpected.length > 0) faults.push(`${request.name}: ${status} ${unexpected.join(' ')}`);
      }
      const lines = server.logs().filter((line) => line.level === 'error');
      expect([faults, lines.map((line) => JSON.stringify(line))]).toEqual([[], []]);
    } finally {
      await server.stop();
    }
  }, 240_000);
});
