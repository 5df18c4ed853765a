/** Clocks are the runtime's: what holds of them elsewhere must hold inside workerd, whose zone database is its own. */
import '../../../core/calendar/zones/zones.test.ts';
import '../../../core/calendar/ical/read.test.ts';
