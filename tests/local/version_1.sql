-- A database as the first version of the schema left it, stems such as "ad" for "added" included.
CREATE TABLE counters (
        kind TEXT PRIMARY KEY,
        value INTEGER NOT NULL
    );
INSERT INTO counters VALUES ('account', 1);
INSERT INTO counters VALUES ('event', 4);
INSERT INTO counters VALUES ('memory', 4);
CREATE TABLE accounts (
        account INTEGER PRIMARY KEY,
        org_id TEXT NOT NULL UNIQUE,
        email TEXT NOT NULL
    );
INSERT INTO accounts VALUES (1, 'local', 'admin@1.memsy.invalid');
CREATE TABLE keys (
        key_id TEXT PRIMARY KEY,
        account INTEGER NOT NULL,
        name TEXT NOT NULL,
        prefix TEXT NOT NULL,
        salt BLOB NOT NULL,
        hash BLOB NOT NULL,
        scopes TEXT NOT NULL,
        admin INTEGER NOT NULL,
        created INTEGER NOT NULL,
        expires INTEGER,
        last_used INTEGER
    ) WITHOUT ROWID;
INSERT INTO keys VALUES ('key_local', 1, 'local', 'msy_local_de', X'5CFDAEFC28051D1FDE38DD4EC90F2B2B', X'72DC9808C2BD5C77F1A81DE067ACD67CF109FAA6AA491D657E20DCB178A4A281', 'read write', 1, 1767603600000000, NULL, 1767603600000000);
CREATE TABLE levels (
        level TEXT NOT NULL,
        id TEXT NOT NULL,
        account INTEGER NOT NULL,
        org_id TEXT NOT NULL,
        name TEXT NOT NULL,
        focus TEXT NOT NULL,
        prompt TEXT NOT NULL,
        prompt_source TEXT NOT NULL,
        created INTEGER NOT NULL,
        updated INTEGER NOT NULL,
        PRIMARY KEY (level, id)
    ) WITHOUT ROWID;
INSERT INTO levels VALUES ('org', 'local', 1, 'local', 'local', '', 'Keep what every memory of this organisation should hold. local', 'derived', 1767603600000000, 1767603600000000);
CREATE TABLE events (
        event INTEGER PRIMARY KEY,
        event_id TEXT NOT NULL UNIQUE,
        account INTEGER NOT NULL,
        actor_id TEXT NOT NULL,
        session_id TEXT NOT NULL,
        kind TEXT NOT NULL,
        content TEXT NOT NULL,
        role_id TEXT,
        team_id TEXT,
        ts INTEGER NOT NULL,
        metadata TEXT,
        ingested INTEGER NOT NULL,
        digest BLOB NOT NULL
    );
INSERT INTO events VALUES (1, 'evt_0000000000016b5b0291831e0cd6', 1, 'ana', 'chat-1', 'user_message', 'We added a paste of almonds to the cake.', NULL, NULL, 1767603600000000, NULL, 1767603600000000, X'9C83FE52842AF517C3C05997257FF159');
INSERT INTO events VALUES (2, 'evt_0000000000022f6c7de2581a8bd9', 1, 'ana', 'chat-1', 'user_message', 'It must never exceed two spoons.', 'bakers', NULL, 1767603600000000, NULL, 1767603600000000, X'7481C0FDB654529D7A516CCD6C96EEC9');
INSERT INTO events VALUES (3, 'evt_0000000000038eb08bb0aece8471', 1, 'bob', 'chat-2', 'user_message', 'It must never exceed two spoons.', 'bakers', NULL, 1767603600000000, NULL, 1767603600000000, X'4511664162953667C91BF17D2A09466B');
INSERT INTO events VALUES (4, 'evt_000000000004afcfa493325cbd86', 1, 'ana', 'chat-3', 'user_message', 'We added a paste of almonds to the cake!', NULL, NULL, 1767603600000000, NULL, 1767603600000000, X'D0ADAB8F316B6C0273916C37ADBD64E9');
CREATE TABLE queue (
        event INTEGER PRIMARY KEY
    );
CREATE TABLE failures (
        event INTEGER PRIMARY KEY,
        reason TEXT NOT NULL
    );
CREATE TABLE memories (
        memory INTEGER PRIMARY KEY,
        memory_id TEXT NOT NULL UNIQUE,
        account INTEGER NOT NULL,
        level TEXT NOT NULL,
        actor_id TEXT,
        role_id TEXT,
        team_id TEXT,
        session_id TEXT,
        type TEXT NOT NULL,
        kind TEXT NOT NULL,
        memory_kind TEXT NOT NULL,
        text TEXT NOT NULL,
        title TEXT,
        summary TEXT,
        tags TEXT NOT NULL,
        entities TEXT NOT NULL,
        source_urls TEXT NOT NULL,
        payload TEXT,
        confidence REAL NOT NULL,
        strength REAL NOT NULL,
        strength_at INTEGER NOT NULL,
        half_life REAL NOT NULL,
        pinned INTEGER NOT NULL,
        decays INTEGER,
        recall_count INTEGER NOT NULL,
        last_recalled INTEGER,
        effective_from INTEGER,
        effective_to INTEGER,
        observed INTEGER NOT NULL,
        created INTEGER NOT NULL,
        updated INTEGER NOT NULL,
        fingerprint BLOB NOT NULL,
        promoted INTEGER,
        embedding BLOB
    );
INSERT INTO memories VALUES (1, '00000000-0001-4f77-9665-7b4073321cb3', 1, 'actor', 'ana', NULL, NULL, NULL, 'fact', 'user_message', 'semantic', 'We added a paste of almonds to the cake.', 'We added a paste of almonds to the cake', NULL, '[]', '[]', '[]', NULL, 0.95, 1.7, 1767603600000000, 90.0, 0, 1807163711053563, 2, 1767603600000000, 1767603600000000, NULL, 1767603600000000, 1767603600000000, 1767603600000000, X'0953E7096282EC0E2F583F79BE158A85', NULL, NULL);
INSERT INTO memories VALUES (2, '00000000-0002-4eca-bb3f-aac4d6dc4978', 1, 'actor', 'ana', NULL, NULL, 'chat-1', 'norm', 'user_message', 'procedural', 'It must never exceed two spoons.', 'It must never exceed two spoons', NULL, '[]', '[]', '[]', NULL, 0.9, 1.0, 1767603600000000, 90.0, 0, 1801210912865844, 0, NULL, 1767603600000000, NULL, 1767603600000000, 1767603600000000, 1767603600000000, X'8DDE46FA78C59E1D49C3D19C49F38D88', 4, NULL);
INSERT INTO memories VALUES (3, '00000000-0003-4648-be17-4e2088c20ed8', 1, 'actor', 'bob', NULL, NULL, 'chat-2', 'norm', 'user_message', 'procedural', 'It must never exceed two spoons.', 'It must never exceed two spoons', NULL, '[]', '[]', '[]', NULL, 0.9, 1.0, 1767603600000000, 90.0, 0, 1801210912865844, 0, NULL, 1767603600000000, NULL, 1767603600000000, 1767603600000000, 1767603600000000, X'8DDE46FA78C59E1D49C3D19C49F38D88', 4, NULL);
INSERT INTO memories VALUES (4, '00000000-0004-45f6-9ee0-b6fafc6459f7', 1, 'role', NULL, 'bakers', NULL, NULL, 'norm', 'user_message', 'procedural', 'It must never exceed two spoons.', 'It must never exceed two spoons', NULL, '[]', '[]', '[]', NULL, 0.9, 1.0, 1767603600000000, 90.0, 0, 1801210912865844, 0, NULL, 1767603600000000, NULL, 1767603600000000, 1767603600000000, 1767603600000000, X'8DDE46FA78C59E1D49C3D19C49F38D88', NULL, NULL);
CREATE TABLE sources (
        memory INTEGER NOT NULL,
        event INTEGER NOT NULL,
        PRIMARY KEY (memory, event)
    ) WITHOUT ROWID;
INSERT INTO sources VALUES (1, 1);
INSERT INTO sources VALUES (1, 4);
INSERT INTO sources VALUES (2, 2);
INSERT INTO sources VALUES (3, 3);
INSERT INTO sources VALUES (4, 2);
INSERT INTO sources VALUES (4, 3);
CREATE TABLE usage (
        account INTEGER NOT NULL,
        key_id TEXT NOT NULL,
        hour INTEGER NOT NULL,
        dimension TEXT NOT NULL,
        quantity INTEGER NOT NULL,
        PRIMARY KEY (account, hour, key_id, dimension)
    ) WITHOUT ROWID;
INSERT INTO usage VALUES (1, '', 1767603600000000, 'memory_stored', 4);
INSERT INTO usage VALUES (1, 'key_local', 1767603600000000, 'api_calls', 3);
INSERT INTO usage VALUES (1, 'key_local', 1767603600000000, 'events_ingested', 4);
INSERT INTO usage VALUES (1, 'key_local', 1767603600000000, 'search_queries', 2);
CREATE TABLE interest (
        interest INTEGER PRIMARY KEY,
        account INTEGER NOT NULL,
        email TEXT NOT NULL,
        name TEXT NOT NULL,
        company TEXT,
        use_case TEXT,
        notes TEXT,
        created INTEGER NOT NULL
    );
CREATE INDEX events_digest ON events(digest, ingested);
CREATE INDEX events_session ON events(account, session_id, event);
CREATE INDEX events_ts ON events(account, ts, event_id);
CREATE INDEX keys_prefix ON keys(prefix);
CREATE INDEX memories_fingerprint ON memories(account, fingerprint);
CREATE INDEX memories_observed ON memories(account, observed, memory_id);
CREATE TABLE retrieval_rows (
    rowid INTEGER PRIMARY KEY,
    place INTEGER NOT NULL UNIQUE,
    size INTEGER NOT NULL,
    question INTEGER NOT NULL,
    tokens TEXT NOT NULL
);
INSERT INTO retrieval_rows VALUES (1, 4294967301, 4, 0, 'we ad a past of almond to the cake =af82eef0382ee529 =016313903152dfb8 ~2026-01 ~01 ~2026');
INSERT INTO retrieval_rows VALUES (2, 4294967302, 3, 0, 'it must never exce two spoon =af82eef0382ee529 =016313903152dfb8 ~2026-01 ~01 ~2026');
INSERT INTO retrieval_rows VALUES (3, 8589934597, 3, 0, 'it must never exce two spoon =af82eef0382ee529 =b1188b31491f2067 ~2026-01 ~01 ~2026');
INSERT INTO retrieval_rows VALUES (4, -17179869184, 3, 0, 'it must never exce two spoon =af82eef0382ee529 =969e99aa44acdef5 ~2026-01 ~01 ~2026');
CREATE TABLE retrieval_threads (
    number INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    turns INTEGER NOT NULL
);
INSERT INTO retrieval_threads VALUES (1, '1/chat-1', 2);
INSERT INTO retrieval_threads VALUES (2, '1/chat-2', 1);
CREATE TABLE retrieval_parts (
    scope TEXT NOT NULL,
    thread INTEGER NOT NULL,
    PRIMARY KEY (scope, thread)
) WITHOUT ROWID;
INSERT INTO retrieval_parts VALUES ('=', 1);
INSERT INTO retrieval_parts VALUES ('=', 2);
INSERT INTO retrieval_parts VALUES ('=016313903152dfb8', 1);
INSERT INTO retrieval_parts VALUES ('=af82eef0382ee529', 1);
INSERT INTO retrieval_parts VALUES ('=af82eef0382ee529', 2);
INSERT INTO retrieval_parts VALUES ('=b1188b31491f2067', 2);
CREATE TABLE retrieval_totals (
    scope TEXT PRIMARY KEY,
    turns INTEGER NOT NULL,
    conversations INTEGER NOT NULL
) WITHOUT ROWID;
INSERT INTO retrieval_totals VALUES ('=', 4, 3);
INSERT INTO retrieval_totals VALUES ('=016313903152dfb8', 2, 1);
INSERT INTO retrieval_totals VALUES ('=969e99aa44acdef5', 1, 1);
INSERT INTO retrieval_totals VALUES ('=af82eef0382ee529', 4, 3);
INSERT INTO retrieval_totals VALUES ('=b1188b31491f2067', 1, 1);
CREATE VIRTUAL TABLE retrieval_index USING fts5(
    tokens, content='retrieval_rows', content_rowid='rowid', detail=none, columnsize=0,
    tokenize="ascii tokenchars '=@~-'"
);
INSERT INTO retrieval_index (rowid, tokens) SELECT rowid, tokens FROM retrieval_rows;
PRAGMA application_id = 1298492787;
PRAGMA user_version = 1;
