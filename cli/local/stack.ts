import type { Home, Installation } from './home.ts';
import { type LocalWorker, startLocalWorker } from './worker.ts';

export interface StackOptions {
  home: Home;
  installation: Installation;
  port: number;
  onLog?: ((line: string) => void) | undefined;
}

/** The Worker and, for an installation that uses it, PostgreSQL below it. */
export async function startStack({ home, installation, port, onLog }: StackOptions): Promise<LocalWorker> {
  const base = {
    home,
    port,
    adminToken: installation.adminToken,
    secretsKey: installation.secretsKey,
    onLog,
  };
  if (installation.store === 'd1') return startLocalWorker({ ...base, postgresUrl: null });
  const { startPostgres } = await import('./postgres.ts');
  const postgres = await startPostgres(home);
  try {
    const worker = await startLocalWorker({ ...base, postgresUrl: postgres.url });
    return {
      url: worker.url,
      stop: async () => {
        await worker.stop();
        await postgres.stop();
      },
    };
  } catch (error) {
    await postgres.stop();
    throw error;
  }
}
