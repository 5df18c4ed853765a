/**
 * Makes the table of Windows' zone names again, after an update of cldr-core:
 *
 *   node test/clients/cldr/windows-zones.check.ts [--write]
 *
 * Exit status: 0 the table is what CLDR says, 1 it is not.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { windowsZones } from './windows-zones.ts';

const TABLE = new URL('../../../core/calendar/zones/windows.data.json', import.meta.url);
const lines = Object.entries(windowsZones()).map(
  ([name, zones]) => `${JSON.stringify(name)}:${JSON.stringify(zones)}`,
);
const text = `{\n${lines.join(',\n')}\n}\n`;
if (process.argv.includes('--write')) writeFileSync(TABLE, text);
if (readFileSync(TABLE, 'utf8') !== text) {
  console.error('core/calendar/zones/windows.data.json is not what CLDR says: run with --write');
  process.exit(1);
}
console.log(`${lines.length} names of Windows, as CLDR has them`);
