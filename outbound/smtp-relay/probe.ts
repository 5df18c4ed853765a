import type { CarrierProbe } from '../../core/ports/carriers.ts';
import { oneLine } from './fault.ts';
import { openSession, quit, type Session } from './session.ts';
import type { Connect, RelayHost } from './types.ts';

const MAX_LINES = 200;

/** Connects, signs in and takes leave, as sending would, with a record of what was said. */
export async function probeRelay(connect: Connect, host: RelayHost): Promise<CarrierProbe> {
  const transcript: CarrierProbe['transcript'] = [];
  let session: Session | null = null;
  let error: string | null = null;
  try {
    session = await openSession(connect, host, (who, line) => {
      if (transcript.length < MAX_LINES) transcript.push({ who, line: oneLine(line) });
    });
    await session.wire.send(['NOOP'], host.timeouts.block);
    await session.wire.reply(host.timeouts.command, 'NOOP');
  } catch (caught) {
    error = oneLine(caught instanceof Error ? caught.message : String(caught));
  }
  const { encrypted = false, capabilities } = session ?? {};
  if (session !== null) await quit(session, host);
  return {
    ok: error === null,
    error,
    encrypted,
    capabilities: {
      pipelining: capabilities?.pipelining ?? false,
      size: capabilities?.size ?? null,
      eightBitMime: capabilities?.eightBitMime ?? false,
      smtpUtf8: capabilities?.smtpUtf8 ?? false,
      dsn: capabilities?.dsn ?? false,
    },
    transcript,
  };
}
