-- People outside of the tenant that its address list has. What is shown of them beside name and address is in people.
CREATE TABLE shared_contacts (
  tenant_id TEXT NOT NULL,
  contact_id TEXT NOT NULL PRIMARY KEY,
  address TEXT NOT NULL,
  display_name TEXT NOT NULL
) STRICT;

CREATE UNIQUE INDEX shared_contacts_by_address ON shared_contacts (tenant_id, address);
