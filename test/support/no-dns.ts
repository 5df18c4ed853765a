/** A port where nobody answers: tests ask no DNS of the world. */
export const NO_DNS = { DNS_OVER_HTTPS_URL: 'http://127.0.0.1:1/dns-query' };
