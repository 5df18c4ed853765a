import { type Env, mailShards } from '../../platform/env.ts';

/** Users of the largest tenant, and of each of the others. */
const LARGE = 80_000;
const OTHERS = 19;

/** Rows i of 0 … n-1, in SQL. */
const numbers = (n: number) =>
  `WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < ${n})`;

/**
 * An installation of `n` users in twenty tenants: three domains, groups, a device and an alias of each user, messages on
 * their way, roles, tokens, contacts and dead letters of the largest one. Rows alone: lists read nothing else.
 */
export async function seedAdmin(env: Env, url: URL): Promise<string> {
  const total = Number(url.searchParams.get('n') ?? '100000');
  const large = Math.min(LARGE, Math.floor(total * 0.8));
  const each = Math.ceil((total - large) / OTHERS);
  const owner = `CASE WHEN i < ${large} THEN 'bench-0' ELSE 'bench-' || (1 + (i - ${large}) / ${each}) END`;
  const domain = `CASE WHEN i < ${large} THEN 'd' || (i % 3) || '.bench-0.test' ELSE 'bench-' || (1 + (i - ${large}) / ${each}) || '.test' END`;
  const user = `printf('u%07d', i)`;
  const run = async (sql: string) => {
    await env.DIRECTORY.prepare(sql).run();
  };
  await run(`${numbers(OTHERS + 1)} INSERT INTO tenants (tenant_id, name, status, mail_shard)
    SELECT 'bench-' || i, 'Bench ' || i, 'active', 'MAIL_1' FROM n`);
  await run(`${numbers(OTHERS)} INSERT INTO domains (domain, tenant_id, catch_all_user_id, enabled)
    SELECT 'bench-' || (i + 1) || '.test', 'bench-' || (i + 1), NULL, 1 FROM n`);
  await run(`${numbers(300)} INSERT INTO domains (domain, tenant_id, catch_all_user_id, enabled)
    SELECT 'd' || i || '.bench-0.test', 'bench-0', printf('u%07d', i), 1 FROM n`);
  await run(`${numbers(total)} INSERT INTO users (user_id, tenant_id, address, display_name, status, quota_bytes, created_at)
    SELECT ${user}, ${owner}, printf('user%06d@', i) || ${domain}, 'Person ' || (i % 5000) || ' Number ' || i,
      CASE i % 100 WHEN 0 THEN 'disabled' WHEN 1 THEN 'noMail' ELSE 'active' END, NULL, 1000 + i FROM n`);
  await run(`${numbers(total)} INSERT INTO people (tenant_id, person_id, kind, sort_key, first_name, last_name, title, office,
      company, phone, home_phone, mobile_phone, hidden)
    SELECT ${owner}, ${user}, 'user', 'person ' || (i % 5000) || ' number ' || i, '', '', '', '', '', '', '', '', 0 FROM n`);
  await run(`${numbers(total)} INSERT INTO aliases (address, tenant_id, user_id, enabled)
    SELECT printf('alias%06d@', i) || ${domain}, ${owner}, ${user}, 1 FROM n`);
  await run(`${numbers(total)} INSERT INTO devices (tenant_id, user_id, device_id, device_type, user_agent, protocol_version,
      first_seen_at, last_seen_at, access)
    SELECT ${owner}, ${user}, printf('D%08d', i), CASE i % 3 WHEN 0 THEN 'iPhone' ELSE 'Android' END, 'Bench/1.0',
      CASE i % 4 WHEN 0 THEN '14.1' ELSE '16.1' END, 1000, 1000000 + i,
      CASE i % 50 WHEN 0 THEN 'quarantined' ELSE 'default' END FROM n`);
  await run(`${numbers(3000)} INSERT INTO mail_groups (tenant_id, group_id, address, display_name)
    SELECT 'bench-0', printf('g%05d', i), printf('group%05d@d0.bench-0.test', i), 'Group ' || i FROM n`);
  await run(`${numbers(60_000)} INSERT INTO mail_group_members (tenant_id, group_id, address)
    SELECT 'bench-0', printf('g%05d', i % 3000), printf('user%06d@d0.bench-0.test', i) FROM n`);
  await run(`${numbers(50_000)} INSERT INTO outbox (tenant_id, mailbox_id, submission_id, shard, raw_key, raw_size, mail_from,
      save_in_sent, state, recipients, correlation_id, created_at, updated_at, revision)
    SELECT 'bench-0', printf('u%07d', i % ${large}), printf('s%07d', i), 'MAIL_1', 'k' || i, 1000, 'a@d0.bench-0.test', 0,
      CASE i % 500 WHEN 0 THEN 'open' ELSE 'done' END, '[]', 'c', 100000 + i / 10, 100000 + i, 0 FROM n`);
  await run(`${numbers(500)} INSERT INTO role_grants (tenant_id, user_id, installation, domain, role, granted_by, granted_at)
    SELECT 'bench-0', printf('u%07d', i * 7), 0, CASE i % 2 WHEN 0 THEN '' ELSE 'd0.bench-0.test' END, 'support', 'bench', i
    FROM n`);
  await run(`${numbers(500)} INSERT INTO service_tokens (tenant_id, token_id, name, secret_hash, role, domain, topics,
      created_by, created_at)
    SELECT 'bench-0', printf('t%05d', i), 'Token ' || i, 'hash-' || i, 'support', '', 'null', 'bench', i FROM n`);
  await run(`${numbers(5000)} INSERT INTO shared_contacts (tenant_id, contact_id, address, display_name)
    SELECT 'bench-0', printf('c%05d', i), printf('contact%05d@elsewhere.test', i), 'Contact ' || i FROM n`);
  await run(`${numbers(5000)} INSERT INTO people (tenant_id, person_id, kind, sort_key, first_name, last_name, title, office,
      company, phone, home_phone, mobile_phone, hidden)
    SELECT 'bench-0', printf('c%05d', i), 'contact', 'contact ' || i, '', '', '', '', '', '', '', '', 0 FROM n`);
  await run(`${numbers(10_000)} INSERT INTO dead_letters (dead_letter_id, queue, body, error, attempts, correlation_id,
      failed_at, replayed_at)
    SELECT printf('d%06d', i), CASE i % 2 WHEN 0 THEN 'mail-ingest' ELSE 'outbound' END, hex(zeroblob(2000)), 'failed', 3, 'c',
      200000 + i, CASE i % 100 WHEN 0 THEN NULL ELSE 1 END FROM n`);
  await mailShards(env)
    ['MAIL_1']?.prepare(
      `${numbers(total)} INSERT INTO mailboxes (tenant_id, mailbox_id, modseq, size_bytes, item_count, created_at)
        SELECT ${owner}, ${user}, 1, 100000, 10, 1 FROM n`,
    )
    .run();
  return String(total);
}
