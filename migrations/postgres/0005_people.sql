-- One row for each entry of the address list; address, name and status of a user stay in users.
CREATE TABLE directory.people (
  tenant_id text COLLATE "C" NOT NULL,
  person_id text COLLATE "C" NOT NULL PRIMARY KEY,
  kind text COLLATE "C" NOT NULL,
  sort_key text COLLATE "C" NOT NULL,
  first_name text COLLATE "C" NOT NULL,
  last_name text COLLATE "C" NOT NULL,
  title text COLLATE "C" NOT NULL,
  office text COLLATE "C" NOT NULL,
  company text COLLATE "C" NOT NULL,
  phone text COLLATE "C" NOT NULL,
  home_phone text COLLATE "C" NOT NULL,
  mobile_phone text COLLATE "C" NOT NULL,
  hidden bigint NOT NULL,
  photo_key text COLLATE "C",
  photo_type text COLLATE "C",
  photo_size bigint
);

CREATE INDEX people_by_name ON directory.people (tenant_id, sort_key, person_id);

-- Words that find an entry. A word that begins with = is a whole name or address.
CREATE TABLE directory.people_words (
  tenant_id text COLLATE "C" NOT NULL,
  word text COLLATE "C" NOT NULL,
  person_id text COLLATE "C" NOT NULL,
  source text COLLATE "C" NOT NULL,
  PRIMARY KEY (tenant_id, word, person_id, source)
);

CREATE INDEX people_words_by_person ON directory.people_words (person_id, source);

CREATE TABLE directory.certificates (
  tenant_id text COLLATE "C" NOT NULL,
  user_id text COLLATE "C" NOT NULL,
  fingerprint text COLLATE "C" NOT NULL,
  der text COLLATE "C" NOT NULL,
  subject text COLLATE "C" NOT NULL,
  not_before bigint NOT NULL,
  not_after bigint NOT NULL,
  PRIMARY KEY (user_id, fingerprint)
);

CREATE TABLE directory.trusted_roots (
  tenant_id text COLLATE "C" NOT NULL,
  fingerprint text COLLATE "C" NOT NULL,
  der text COLLATE "C" NOT NULL,
  subject text COLLATE "C" NOT NULL,
  PRIMARY KEY (tenant_id, fingerprint)
);

CREATE TABLE directory.mail_groups (
  tenant_id text COLLATE "C" NOT NULL,
  group_id text COLLATE "C" NOT NULL PRIMARY KEY,
  address text COLLATE "C" NOT NULL UNIQUE,
  display_name text COLLATE "C" NOT NULL
);

CREATE INDEX mail_groups_by_tenant ON directory.mail_groups (tenant_id, address);

CREATE TABLE directory.mail_group_members (
  tenant_id text COLLATE "C" NOT NULL,
  group_id text COLLATE "C" NOT NULL,
  address text COLLATE "C" NOT NULL,
  PRIMARY KEY (group_id, address)
);

-- Users that are there already. Folding of words here is simpler than that of the program; setting a user's
-- attributes indexes the rest.
INSERT INTO directory.people
SELECT tenant_id, user_id, 'user', lower(CASE display_name WHEN '' THEN split_part(address, '@', 1) ELSE display_name END),
  '', '', '', '', '', '', '', '', 0, NULL, NULL, NULL
FROM directory.users;

INSERT INTO directory.people_words
SELECT DISTINCT tenant_id, word, user_id, 'entry'
FROM directory.users, regexp_split_to_table(lower(display_name || ' ' || address), '[^[:alnum:]]+') AS word
WHERE word <> '';

INSERT INTO directory.people_words
SELECT tenant_id, '=' || address, user_id, 'entry' FROM directory.users
UNION SELECT tenant_id, '=' || lower(display_name), user_id, 'entry' FROM directory.users WHERE display_name <> ''
UNION SELECT tenant_id, '=' || split_part(address, '@', 1), user_id, 'entry' FROM directory.users
UNION SELECT tenant_id, '=' || address, user_id, address FROM directory.aliases
UNION SELECT tenant_id, split_part(address, '@', 1), user_id, address FROM directory.aliases
UNION SELECT tenant_id, '=' || split_part(address, '@', 1), user_id, address FROM directory.aliases;
