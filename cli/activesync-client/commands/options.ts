import type { ActiveSyncClient } from '../client.ts';
import { must } from '../errors.ts';

export interface ServerOptions {
  versions: string[];
  commands: string[];
  /** MS-Server-ActiveSync: version of the server. */
  server: string;
}

/** OPTIONS (MS-ASHTTP 2.2.3): what the server speaks. */
export async function options(client: ActiveSyncClient): Promise<ServerOptions> {
  const { headers, body } = await client.sendOptions();
  const listOf = (name: string): string[] => {
    const value = headers[name];
    must(typeof value === 'string' && value !== '', 'MS-ASHTTP 2.2.2.1.2', `OPTIONS without ${name}`);
    const list = value.split(',').map((v) => v.trim());
    must(
      new Set(list).size === list.length,
      'MS-ASHTTP 2.2.2.1.2',
      `${name} names something twice: ${value}`,
    );
    return list;
  };
  must(body.length === 0, 'MS-ASHTTP 2.2.4', 'OPTIONS was answered with a body');
  const versions = listOf('ms-asprotocolversions');
  for (const version of versions) {
    must(/^(2\.5|12\.[01]|14\.[01]|16\.[01])$/.test(version), 'MS-ASHTTP 2.2.2.1.2.5', `version ${version}`);
  }
  return {
    versions,
    commands: listOf('ms-asprotocolcommands'),
    server: listOf('ms-server-activesync').join(','),
  };
}
