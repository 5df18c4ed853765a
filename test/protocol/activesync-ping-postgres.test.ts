import { pingSuite } from './suites/ping.ts';

pingSuite('postgres');
