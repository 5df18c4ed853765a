import { pingSuite } from './suites/ping.ts';

pingSuite('d1');
