import { CommandError } from '../command.ts';

/** The installation that WAYPOST_URL and WAYPOST_ADMIN_TOKEN name, or null: commands then work on the local one. */
export function remoteInstallation(
  env: Readonly<Record<string, string | undefined>> = process.env,
): { url: URL; token: string } | null {
  const text = env['WAYPOST_URL'];
  if (text === undefined || text === '') return null;
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null || !['http:', 'https:'].includes(url.protocol)) {
    throw new CommandError(`WAYPOST_URL is no http or https address: ${text}`);
  }
  const token = env['WAYPOST_ADMIN_TOKEN'];
  if (token === undefined || token === '') throw new CommandError('WAYPOST_URL needs WAYPOST_ADMIN_TOKEN');
  return { url, token };
}
