-- A database as the store before this server wrote it: documents are SQLite's binary JSON.
PRAGMA application_id = 1197098060;
PRAGMA user_version = 4;
CREATE TABLE collections (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
CREATE TABLE indexes (id INTEGER PRIMARY KEY, collection INTEGER NOT NULL REFERENCES collections (id), specification BLOB NOT NULL, multikey INTEGER NOT NULL);
CREATE TABLE c1 (id INTEGER PRIMARY KEY, key BLOB NOT NULL UNIQUE, doc BLOB NOT NULL);
CREATE TABLE x1 (k0 BLOB NOT NULL, k1 BLOB NOT NULL, doc INTEGER NOT NULL, PRIMARY KEY (k0, k1)) WITHOUT ROWID;
INSERT INTO collections VALUES (1, 'messages');
INSERT INTO indexes VALUES (1, 1, jsonb('{"v":2,"key":{"discussion_id":1,"seq":1},"name":"discussion_id_1_seq_1","unique":true}'), 0);
INSERT INTO c1
  SELECT value, unhex('506500000000000000000000' || printf('%02x', value)), jsonb(printf(
    '{"_id":{"$oid":"6500000000000000000000%02x"},"discussion_id":"lobby","seq":{"$numberLong":"%d"},"text":"Ωmega $ %d","created_at":{"$date":%d},"tags":[1,2.5,null,{"$$x":true}]}',
    value, value, value, 1767139200000 + value * 86400000))
  FROM json_each('[1,2,4,5]');
INSERT INTO x1
  SELECT unhex('286c6f6262790000'), unhex('1e' || CASE id WHEN 1 THEN 'bff0' WHEN 2 THEN 'c000' WHEN 4 THEN 'c010' ELSE 'c014' END || '00000000000080'), id
  FROM c1;
