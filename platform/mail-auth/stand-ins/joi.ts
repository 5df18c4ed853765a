/**
 * In the place of the package of this name (`alias` in wrangler.toml). mailauth asks two things of it: whether a text
 * is the domain of a host, and whether it is base64.
 */
interface Validation {
  value: unknown;
  error?: Error;
}

const LABEL = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/i;
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}(?:==)?|[A-Za-z0-9+/]{3}=?)?$/;

function isDomain(text: string): boolean {
  const labels = text.split('.');
  return (
    text.length <= 256 &&
    labels.length > 1 &&
    labels.every((label) => LABEL.test(label)) &&
    /^[a-z]/i.test(labels.at(-1) ?? '')
  );
}

function schema(fits: (text: string) => boolean, what: string) {
  return {
    validate: (value: unknown): Validation =>
      typeof value === 'string' && value !== '' && fits(value)
        ? { value }
        : { value, error: new Error(`"value" must be ${what}`) },
  };
}

export function string() {
  return {
    domain: () => schema(isDomain, 'a valid domain name'),
    base64: () => schema((text) => BASE64.test(text), 'a valid base64 string'),
  };
}
