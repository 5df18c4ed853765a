import { expect, test } from 'vitest';
import { windowsZones } from '../../../test/clients/cldr/windows-zones.ts';
import table from './windows.data.json' with { type: 'json' };

test('the table of the names of Windows is what CLDR says', () => {
  expect(table).toEqual(windowsZones());
});
