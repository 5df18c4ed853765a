import cldr from 'cldr-core/supplemental/windowsZones.json' with { type: 'json' };
import { tzlib_get_timezones } from 'timezones-ical-library';

/** Windows' names of zones, each with those of IANA: the first is the one that it stands for, the others are in it. */
export type WindowsZones = Record<string, string[]>;

/** Names that CLDR keeps under the one that they once had. */
const RENAMED: Record<string, string> = {
  'Africa/Asmera': 'Africa/Asmara',
  'America/Buenos_Aires': 'America/Argentina/Buenos_Aires',
  'America/Catamarca': 'America/Argentina/Catamarca',
  'America/Coral_Harbour': 'America/Atikokan',
  'America/Cordoba': 'America/Argentina/Cordoba',
  'America/Godthab': 'America/Nuuk',
  'America/Indianapolis': 'America/Indiana/Indianapolis',
  'America/Jujuy': 'America/Argentina/Jujuy',
  'America/Louisville': 'America/Kentucky/Louisville',
  'America/Mendoza': 'America/Argentina/Mendoza',
  'Asia/Calcutta': 'Asia/Kolkata',
  'Asia/Katmandu': 'Asia/Kathmandu',
  'Asia/Rangoon': 'Asia/Yangon',
  'Asia/Saigon': 'Asia/Ho_Chi_Minh',
  'Atlantic/Faeroe': 'Atlantic/Faroe',
  'Europe/Kiev': 'Europe/Kyiv',
  'Pacific/Enderbury': 'Pacific/Kanton',
  'Pacific/Ponape': 'Pacific/Pohnpei',
  'Pacific/Truk': 'Pacific/Chuuk',
};

/** Zones that Windows has no name for, each with the name whose clocks are nearest. */
const NEAREST: Record<string, string> = {
  'Antarctica/Troll': 'W. Europe Standard Time',
  CET: 'W. Europe Standard Time',
  MET: 'W. Europe Standard Time',
  EET: 'E. Europe Standard Time',
  WET: 'GMT Standard Time',
};

/** The table of core/calendar/zones/windows.data.json, from CLDR and from the runtime's knowledge of aliases. */
export function windowsZones(): WindowsZones {
  const windows = new Map<string, string>();
  const first = new Map<string, string>();
  for (const { mapZone } of cldr.supplemental.windowsZones.mapTimezones) {
    for (const zone of mapZone._type.split(' ').filter((name) => name !== '')) {
      if (mapZone._territory === '001') first.set(mapZone._other, zone);
      if (!windows.has(zone)) windows.set(zone, mapZone._other);
    }
  }
  for (const [old, name] of Object.entries(RENAMED)) {
    const found = windows.get(old);
    if (found !== undefined) windows.set(name, found);
  }
  for (const [zone, name] of Object.entries(NEAREST)) windows.set(zone, name);
  for (const zone of [...tzlib_get_timezones()].sort()) {
    if (windows.has(zone)) continue;
    const canonical = canonicalName(zone);
    const found = windows.get(canonical) ?? (/^(?:UTC|GMT)$/.test(canonical) ? 'UTC' : undefined);
    if (found !== undefined) windows.set(zone, found);
  }
  const table: WindowsZones = {};
  for (const [name, zone] of [...first].sort()) {
    const main = RENAMED[zone] ?? zone;
    const others = [...windows]
      .filter(([other, owner]) => owner === name && other !== main)
      .map(([other]) => other);
    table[name] = [main, ...others.sort()];
  }
  return table;
}

/** What the runtime calls a zone that has several names; a name that it does not know, as it is. */
function canonicalName(zone: string): string {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: zone }).resolvedOptions().timeZone;
  } catch {
    return zone;
  }
}
