import windowsData from './windows.data.json' with { type: 'json' };

const table: Record<string, string[]> = windowsData;

/**
 * Names that the zone database has taken up or changed of late, and what a runtime that does not know them yet has with
 * the same clocks: the former name, or a zone whose rules it took over.
 */
const FORMER: Record<string, string> = {
  'America/Ciudad_Juarez': 'America/Denver',
  'America/Coyhaique': 'America/Punta_Arenas',
  'America/Nuuk': 'America/Godthab',
  'America/Punta_Arenas': 'Etc/GMT+3',
  'Asia/Qostanay': 'Asia/Almaty',
  'Asia/Yangon': 'Asia/Rangoon',
  'Europe/Kyiv': 'Europe/Kiev',
  'Pacific/Kanton': 'Pacific/Enderbury',
};

/** Zones whose clocks are those of one that the runtime lacks, the best first; none for what is no zone. */
export function standInsOf(zone: string): string[] {
  const found: string[] = [];
  for (let name = FORMER[zone]; name !== undefined; name = FORMER[name]) found.push(name);
  // Windows has one set of rules for all zones of a name.
  const main = Object.values(table).find((zones) => zones.includes(zone))?.[0];
  return main === undefined || main === zone ? found : [...found, main];
}
