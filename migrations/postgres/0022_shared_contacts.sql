-- People outside of the tenant that its address list has. What is shown of them beside name and address is in people.
CREATE TABLE directory.shared_contacts (
  tenant_id text COLLATE "C" NOT NULL,
  contact_id text COLLATE "C" NOT NULL PRIMARY KEY,
  address text COLLATE "C" NOT NULL,
  display_name text COLLATE "C" NOT NULL
);

CREATE UNIQUE INDEX shared_contacts_by_address ON directory.shared_contacts (tenant_id, address);
