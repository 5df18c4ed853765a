/**
 * Compares the element order that is compiled in with the schema of Exchange Web Services, or writes it anew.
 *
 *   node test/clients/ews-schema/schema.check.ts [--write]
 *
 * The schema is not part of this project: `messages.xsd` and `types.xsd` are looked for in the folder ews/xsd of
 * WAYPOST_SHARED (default ../shared).
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readOrder } from './order.ts';

const folder = resolve(process.env['WAYPOST_SHARED'] ?? '../shared', 'ews/xsd');
const file = fileURLToPath(new URL('../../../codecs/soap/schema.data.json', import.meta.url));
if (!existsSync(folder)) {
  console.log('the schema is not here: nothing to compare');
} else {
  const text = `${JSON.stringify(readOrder(folder))}\n`;
  if (process.argv.includes('--write')) writeFileSync(file, text);
  const same = readFileSync(file, 'utf8') === text;
  console.log(same ? 'element order is that of the schema' : 'element order differs from the schema');
  process.exitCode = same ? 0 : 1;
}
