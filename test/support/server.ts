import { startWaypost, type Waypost, type WaypostOptions } from './harness.ts';
import { startInProcess } from './in-process/index.ts';

/**
 * The Worker on one of the stores. On D1 it is the one in workerd; on PostgreSQL its code runs inside this process over a
 * real database, so that a suite can be asked of both without waiting for two runtimes. That Hyperdrive and sockets of
 * workerd do the same is shown by the suites of `startWaypost`.
 */
export function startServer(options: WaypostOptions = {}): Promise<Waypost> {
  return options.store === 'postgres' ? startInProcess(options) : startWaypost(options);
}
