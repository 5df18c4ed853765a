/** One life of the local Worker: starts it over the state in WAYPOST_HOME, prints its address, runs until killed. */
import { openHome } from '../../cli/local/home.ts';
import { startLocalWorker } from '../../cli/local/worker.ts';

const adminToken = process.argv[2] ?? '';
const worker = await startLocalWorker({ home: openHome(), port: 0, adminToken, postgresUrl: null });
process.stdout.write(`${JSON.stringify({ url: worker.url.href })}\n`);
process.once('SIGTERM', () => {
  void worker.stop().then(() => process.exit(0));
});
