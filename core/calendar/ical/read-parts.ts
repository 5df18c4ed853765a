import type { ICalComponent, ICalProperty, JCalComponent, JCalProperty } from '../../../codecs/ical/index.ts';
import { formatDuration, parseDuration } from '../time/duration.ts';
import type { Alert, CalendarObject, Link } from '../types.ts';
import { OF_ONLINE_MEETING } from './own-words.ts';
import { all, first, param, readTime, text, textOf, utc } from './values.ts';

export function toJCal({ name, params, type, values }: ICalProperty): JCalProperty {
  return [name, params, type, ...values];
}

export function componentToJCal(component: ICalComponent): JCalComponent {
  return [component.name, component.properties.map(toJCal), component.components.map(componentToJCal)];
}

const ALARM_PARTS = new Set(['trigger', 'action', 'acknowledged']);

/** VALARM (RFC 5545 3.6.6, RFC 9074). Those without a trigger that can be read are left out. */
export function readAlerts(component: ICalComponent): Record<string, Alert> {
  const alerts: Record<string, Alert> = {};
  for (const alarm of component.components.filter(({ name }) => name === 'valarm')) {
    const trigger = readTrigger(first(alarm, 'trigger'));
    if (trigger === null) continue;
    const action = text(alarm, 'action')?.toUpperCase();
    // The title is what an alarm says that has nothing else to say (RFC 5545 3.6.6 asks for something).
    const plain = text(alarm, 'description') === (text(component, 'summary') ?? '');
    const rest = alarm.properties
      .filter(({ name }) => !ALARM_PARTS.has(name) && !(name === 'description' && plain))
      .map(toJCal);
    // What no alert here can be (a sound) is one to be seen, and stays what it was for others.
    if (action !== undefined && action !== 'DISPLAY' && action !== 'EMAIL')
      rest.push(['action', {}, 'text', action]);
    const acknowledged = utc(alarm, 'acknowledged');
    alerts[String(Object.keys(alerts).length + 1)] = {
      '@type': 'Alert',
      trigger,
      action: action === 'EMAIL' ? 'email' : 'display',
      ...(acknowledged === null ? {} : { acknowledged }),
      ...(rest.length === 0 ? {} : { 'waypost:ical': { properties: rest } }),
    };
  }
  return alerts;
}

function readTrigger(property: ICalProperty | null): Alert['trigger'] | null {
  if (property === null) return null;
  const span = parseDuration(property.values[0]);
  if (span !== null) {
    const end = param(property, 'related')?.toUpperCase() === 'END';
    return { '@type': 'OffsetTrigger', offset: formatDuration(span), ...(end ? { relativeTo: 'end' } : {}) };
  }
  const time = readTime(property.values[0], property);
  return time === null ? null : { '@type': 'AbsoluteTrigger', when: `${time.local}Z` };
}

/** ATTACH and URL. What is within the file is a `data:` URI. */
export function readLinks(component: ICalComponent): Record<string, Link> {
  const links: Record<string, Link> = {};
  for (const property of all(component, 'attach')) {
    const value = textOf(property) ?? '';
    const contentType = param(property, 'fmttype');
    const title =
      param(property, 'filename') ?? param(property, 'x-filename') ?? param(property, 'x-apple-filename');
    const size = Number(param(property, 'size') ?? Number.NaN);
    const inline = property.type === 'binary' || param(property, 'encoding')?.toUpperCase() === 'BASE64';
    const href = inline
      ? `data:${contentType ?? 'application/octet-stream'};base64,${value.replace(/\s+/g, '')}`
      : value;
    if (href === '') continue;
    links[String(Object.keys(links).length + 1)] = {
      '@type': 'Link',
      href,
      rel: 'enclosure',
      ...(contentType === null ? {} : { contentType }),
      ...(title === null ? {} : { title }),
      ...(Number.isInteger(size) && size >= 0 ? { size } : {}),
    };
  }
  const url = text(component, 'url');
  if (url !== null && url !== '') links['url'] = { '@type': 'Link', href: url, rel: 'alternate' };
  return links;
}

/** LOCATION and GEO; CONFERENCE (RFC 7986 5.11). */
export function readPlaces(component: ICalComponent): Pick<CalendarObject, 'locations' | 'virtualLocations'> {
  const name = text(component, 'location');
  const geo = first(component, 'geo')?.values[0];
  const [lat, lon] = Array.isArray(geo) ? geo.map(Number) : [];
  const coordinates = Number.isFinite(lat) && Number.isFinite(lon) ? `geo:${lat},${lon}` : null;
  const rooms: NonNullable<CalendarObject['virtualLocations']> = {};
  const conferences = all(component, 'conference').filter((one) => param(one, OF_ONLINE_MEETING) === null);
  for (const [i, property] of conferences.entries()) {
    const label = param(property, 'label');
    const uri = textOf(property) ?? '';
    rooms[String(i + 1)] = { '@type': 'VirtualLocation', uri, ...(label === null ? {} : { name: label }) };
  }
  const place = name === null || name === '' ? null : name;
  return {
    ...(place === null && coordinates === null
      ? {}
      : {
          locations: {
            '1': {
              '@type': 'Location',
              ...(place === null ? {} : { name: place }),
              ...(coordinates === null ? {} : { coordinates }),
            },
          },
        }),
    ...(Object.keys(rooms).length === 0 ? {} : { virtualLocations: rooms }),
  };
}
