/**
 * In the place of the package of this name (`alias` in wrangler.toml). mailauth asks two things of it, which nodemailer
 * has as well: the package itself comes with tables of media types and charsets that are a quarter of the script.
 */
export { foldLines, parseHeaderValue } from 'nodemailer/lib/mime-funcs';
