-- One row for each entry of the address list; address, name and status of a user stay in users.
CREATE TABLE people (
  tenant_id TEXT NOT NULL,
  person_id TEXT NOT NULL PRIMARY KEY,
  kind TEXT NOT NULL,
  sort_key TEXT NOT NULL,
  first_name TEXT NOT NULL,
  last_name TEXT NOT NULL,
  title TEXT NOT NULL,
  office TEXT NOT NULL,
  company TEXT NOT NULL,
  phone TEXT NOT NULL,
  home_phone TEXT NOT NULL,
  mobile_phone TEXT NOT NULL,
  hidden INTEGER NOT NULL,
  photo_key TEXT,
  photo_type TEXT,
  photo_size INTEGER
) STRICT;

CREATE INDEX people_by_name ON people (tenant_id, sort_key, person_id);

-- Words that find an entry. A word that begins with = is a whole name or address.
CREATE TABLE people_words (
  tenant_id TEXT NOT NULL,
  word TEXT NOT NULL,
  person_id TEXT NOT NULL,
  source TEXT NOT NULL,
  PRIMARY KEY (tenant_id, word, person_id, source)
) STRICT, WITHOUT ROWID;

CREATE INDEX people_words_by_person ON people_words (person_id, source);

CREATE TABLE certificates (
  tenant_id TEXT NOT NULL,
  user_id TEXT NOT NULL,
  fingerprint TEXT NOT NULL,
  der TEXT NOT NULL,
  subject TEXT NOT NULL,
  not_before INTEGER NOT NULL,
  not_after INTEGER NOT NULL,
  PRIMARY KEY (user_id, fingerprint)
) STRICT;

CREATE TABLE trusted_roots (
  tenant_id TEXT NOT NULL,
  fingerprint TEXT NOT NULL,
  der TEXT NOT NULL,
  subject TEXT NOT NULL,
  PRIMARY KEY (tenant_id, fingerprint)
) STRICT;

CREATE TABLE mail_groups (
  tenant_id TEXT NOT NULL,
  group_id TEXT NOT NULL PRIMARY KEY,
  address TEXT NOT NULL UNIQUE,
  display_name TEXT NOT NULL
) STRICT;

CREATE INDEX mail_groups_by_tenant ON mail_groups (tenant_id, address);

CREATE TABLE mail_group_members (
  tenant_id TEXT NOT NULL,
  group_id TEXT NOT NULL,
  address TEXT NOT NULL,
  PRIMARY KEY (group_id, address)
) STRICT;

-- Users that are there already. Folding of words here knows ASCII and spaces only; setting a user's attributes
-- indexes the rest.
INSERT INTO people
SELECT tenant_id, user_id, 'user', lower(CASE display_name WHEN '' THEN substr(address, 1, instr(address, '@') - 1) ELSE display_name END),
  '', '', '', '', '', '', '', '', 0, NULL, NULL, NULL
FROM users;

WITH RECURSIVE parts (tenant_id, person_id, word, rest) AS (
  SELECT tenant_id, user_id, '', lower(display_name || ' ' || replace(replace(replace(replace(address, '@', ' '), '.', ' '), '-', ' '), '_', ' ')) || ' ' FROM users
  UNION ALL
  SELECT tenant_id, person_id, substr(rest, 1, instr(rest, ' ') - 1), substr(rest, instr(rest, ' ') + 1) FROM parts WHERE rest <> ''
)
INSERT OR IGNORE INTO people_words SELECT tenant_id, word, person_id, 'entry' FROM parts WHERE word <> '';

INSERT OR IGNORE INTO people_words SELECT tenant_id, '=' || address, user_id, 'entry' FROM users;
INSERT OR IGNORE INTO people_words SELECT tenant_id, '=' || lower(display_name), user_id, 'entry' FROM users WHERE display_name <> '';
INSERT OR IGNORE INTO people_words SELECT tenant_id, '=' || substr(address, 1, instr(address, '@') - 1), user_id, 'entry' FROM users;
INSERT OR IGNORE INTO people_words SELECT tenant_id, '=' || address, user_id, address FROM aliases;
INSERT OR IGNORE INTO people_words SELECT tenant_id, substr(address, 1, instr(address, '@') - 1), user_id, address FROM aliases;
INSERT OR IGNORE INTO people_words SELECT tenant_id, '=' || substr(address, 1, instr(address, '@') - 1), user_id, address FROM aliases;
