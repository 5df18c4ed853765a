/** How deep a value of a card may lie. */
const MAX_DEPTH = 12;

type Shape = { [field: string]: 'string' | 'number' | 'object' | 'array' };

/** Of a map of entries: what each of them must have, and of what sort its other fields are. */
interface MapShape {
  needs: string[];
  shape: Shape;
}

const DESCRIBED: Shape = { contexts: 'object', pref: 'number', label: 'string', vCardParams: 'object' };

const MAPS: Record<string, MapShape> = {
  nicknames: { needs: ['name'], shape: { name: 'string' } },
  organizations: { needs: [], shape: { name: 'string', units: 'array' } },
  titles: { needs: ['name'], shape: { name: 'string', kind: 'string' } },
  emails: { needs: ['address'], shape: { ...DESCRIBED, address: 'string', 'waypost:name': 'string' } },
  onlineServices: { needs: [], shape: { ...DESCRIBED, service: 'string', uri: 'string', user: 'string' } },
  phones: { needs: ['number'], shape: { ...DESCRIBED, number: 'string', features: 'object' } },
  addresses: {
    needs: [],
    shape: { ...DESCRIBED, components: 'array', full: 'string', countryCode: 'string' },
  },
  anniversaries: { needs: ['kind', 'date'], shape: { kind: 'string', date: 'object' } },
  relatedTo: { needs: ['relation'], shape: { relation: 'object' } },
  notes: { needs: ['note'], shape: { note: 'string', contentType: 'string' } },
  links: { needs: ['uri'], shape: { ...DESCRIBED, uri: 'string', kind: 'string' } },
  'waypost:files': {
    needs: ['href'],
    shape: {
      ...{ href: 'string', contentType: 'string', title: 'string', rel: 'string', cid: 'string' },
      size: 'number',
    },
  },
  media: { needs: ['kind', 'uri'], shape: { kind: 'string', uri: 'string', mediaType: 'string' } },
};

const TEXTS = new Set(['uid', 'created', 'updated', 'kind', 'language', 'prodId']);
const SETS = new Set(['keywords', 'members']);

/**
 * Whether a value that came from outside may stand in a card under this name: of the fields that are read here, the sort
 * that the reading takes for granted; of all others anything that is not too deep.
 */
export function isSoundField(name: string, value: unknown): boolean {
  if (!isShallow(value, MAX_DEPTH)) return false;
  if (TEXTS.has(name)) return typeof value === 'string' && value !== '';
  if (SETS.has(name)) return isObject(value) && Object.values(value).every((one) => one === true);
  if (name === 'name') return isSoundName(value);
  if (name === 'waypost:eas' || name === 'waypost:names')
    return isObject(value) && Object.values(value).every(isText);
  if (name === 'waypost:vcard') return Array.isArray(value) && value.every(isProperty);
  const map = Object.hasOwn(MAPS, name) ? MAPS[name] : undefined;
  if (map === undefined) return true;
  return isObject(value) && Object.values(value).every((entry) => isSoundEntry(entry, map));
}

function isSoundEntry(entry: unknown, { needs, shape }: MapShape): boolean {
  if (!isObject(entry) || needs.some((field) => entry[field] === undefined)) return false;
  const isSound = ([field, sort]: [string, Shape[string]]) =>
    entry[field] === undefined || isSort(entry[field], sort);
  if (!Object.entries(shape).every(isSound)) return false;
  const { units, components, date } = entry;
  if (Array.isArray(units) && !units.every((unit) => isObject(unit) && isText(unit.name))) return false;
  if (Array.isArray(components) && !components.every(isComponent)) return false;
  return !isObject(date) || isSoundDate(date);
}

function isSort(value: unknown, sort: Shape[string]): boolean {
  if (sort === 'array') return Array.isArray(value);
  return sort === 'object' ? isObject(value) : typeof value === sort;
}

function isSoundDate({ year, month, day, utc }: Record<string, unknown>): boolean {
  const isNumber = (part: unknown) => part === undefined || Number.isInteger(part);
  return [year, month, day].every(isNumber) && (utc === undefined || isText(utc));
}

function isSoundName(value: unknown): boolean {
  if (!isObject(value)) return false;
  const { components, full, sortAs } = value;
  if (components !== undefined && !(Array.isArray(components) && components.every(isComponent))) return false;
  if (sortAs !== undefined && !(isObject(sortAs) && Object.values(sortAs).every(isText))) return false;
  return full === undefined || isText(full);
}

function isComponent(value: unknown): boolean {
  if (!isObject(value) || !isText(value.kind) || !isText(value.value)) return false;
  return value.phonetic === undefined || isText(value.phonetic);
}

/** A property of RFC 7095. */
function isProperty(value: unknown): boolean {
  if (!Array.isArray(value)) return false;
  const [name, params, type, ...values] = value;
  if (!isText(name) || !isText(type) || !isObject(params) || values.length === 0) return false;
  const isParam = (param: unknown) => isText(param) || (Array.isArray(param) && param.every(isText));
  const isPart = (part: unknown) => isText(part) || (Array.isArray(part) && part.every(isText));
  const isValue = (one: unknown) => isText(one) || (Array.isArray(one) && one.every(isPart));
  return Object.values(params).every(isParam) && values.every(isValue);
}

function isText(value: unknown): value is string {
  return typeof value === 'string';
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isShallow(value: unknown, depth: number): boolean {
  if (typeof value !== 'object' || value === null) return true;
  return depth > 0 && Object.values(value).every((inner) => isShallow(inner, depth - 1));
}
