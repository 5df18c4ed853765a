import type { MessagePart } from './types.ts';

/** How the lines of a text part were broken, from the parameters of its Content-Type (RFC 3676 3, 4). */
export function partFormat(mediaType: string, params: Record<string, string>): MessagePart['format'] {
  if (mediaType !== 'text/plain' || params['format']?.trim().toLowerCase() !== 'flowed') return null;
  return params['delsp']?.trim().toLowerCase() === 'yes' ? 'flowed-delsp' : 'flowed';
}

/** The parameters that say it again, for codecs/mime. */
export function formatParams(format: MessagePart['format']): Record<string, string> {
  if (format === null) return {};
  return format === 'flowed-delsp' ? { format: 'flowed', delsp: 'yes' } : { format: 'flowed' };
}
