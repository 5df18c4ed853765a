import type { Config } from '../config.ts';
import type { Env } from '../env.ts';
import { createLogger, type Logger } from '../log.ts';
import { keepRecorder } from './index.ts';
import { countLine } from './log-events.ts';
import { metricsObject } from './objects.ts';
import { Recorder } from './recorder.ts';

/** The logger of an installation in this isolate, whose lines are counted, unless it counts nothing. */
export function createCountedLogger(env: Env, config: Config): Logger {
  const flushMs = config.metricsFlushMs;
  // A deployment from before there were metrics has no binding for them.
  if (flushMs === null || env.METRICS === undefined) return createLogger(config.logLevel);
  const recorder = new Recorder({
    object: (shard) => metricsObject(env.METRICS, shard),
    flushMs,
    now: Date.now,
  });
  keepRecorder(config, recorder);
  return createLogger(config.logLevel, {}, (level, event, fields) =>
    countLine(recorder, level, event, fields),
  );
}
