-- A database as version 3 of the schema left it, the tokens of each memory beside the index included.
CREATE TABLE counters (
        kind TEXT PRIMARY KEY,
        value INTEGER NOT NULL
    );
INSERT INTO counters VALUES ('account', 1);
INSERT INTO counters VALUES ('event', 5);
INSERT INTO counters VALUES ('memory', 6);
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
INSERT INTO keys VALUES ('key_local', 1, 'local', 'msy_local_de', X'351131850B6F0FC22D046ABDCDCF3E72', X'06EE8D3A8EEF822655CC138C46A520B93714D3EADB216C6302E2D44CD0996F10', 'read write', 1, 1795807445074166, NULL, 1767603600000000);
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
INSERT INTO levels VALUES ('org', 'local', 1, 'local', 'local', '', 'Keep what every memory of this organisation should hold. local', 'derived', 1795807445074166, 1795807445074166);
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
INSERT INTO events VALUES (1, 'evt_0000000000018f57542ed40e0829', 1, 'ana', 'chat-1', 'user_message', 'We added a paste of almonds to the cake.', NULL, NULL, 1767603600000000, NULL, 1767603600000000, X'9C83FE52842AF517C3C05997257FF159');
INSERT INTO events VALUES (2, 'evt_00000000000292832151228e466e', 1, 'ana', 'chat-1', 'user_message', 'It must never exceed two spoons.', 'cook', NULL, 1767603600000000, NULL, 1767603600000000, X'7481C0FDB654529D7A516CCD6C96EEC9');
INSERT INTO events VALUES (3, 'evt_000000000003731adf595d70e364', 1, 'bob', 'chat-2', 'user_message', 'It must never exceed two spoons.', 'cook', NULL, 1767603600000000, NULL, 1767603600000000, X'4511664162953667C91BF17D2A09466B');
INSERT INTO events VALUES (4, 'evt_000000000004b36cfa78baa8ea8a', 1, 'ana', 'chat-1', 'user_message', 'What else is in it?', NULL, NULL, 1767603600000000, NULL, 1767603600000000, X'93558A57B071A256D16397AAC72FF9D4');
INSERT INTO events VALUES (5, 'evt_000000000005afb1c31c970d19fa', 1, 'ana', 'chat-1', 'user_message', 'Three eggs and a lemon.', NULL, NULL, 1762164000000000, NULL, 1767603600000000, X'4D37DB564AA767C80D16EEA2E8A868F1');
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
INSERT INTO memories VALUES (1, '00000000-0001-4174-955c-8bf6d931c9be', 1, 'actor', 'ana', NULL, NULL, 'chat-1', 'fact', 'user_message', 'semantic', 'We added a paste of almonds to the cake.', 'We added a paste of almonds to the cake', NULL, '[]', '[]', '[]', NULL, 0.9, 1.0, 1767603600000000, 90.0, 0, 1801210912865844, 0, NULL, 1767603600000000, NULL, 1767603600000000, 1767603600000000, 1767603600000000, X'0953E7096282EC0E2F583F79BE158A85', NULL, NULL);
INSERT INTO memories VALUES (2, '00000000-0002-42f0-bedf-e20f6efa4874', 1, 'actor', 'ana', NULL, NULL, 'chat-1', 'norm', 'user_message', 'procedural', 'It must never exceed two spoons.', 'It must never exceed two spoons', NULL, '[]', '[]', '[]', NULL, 0.9, 1.0, 1767603600000000, 90.0, 0, 1801210912865844, 0, NULL, 1767603600000000, NULL, 1767603600000000, 1767603600000000, 1767603600000000, X'8DDE46FA78C59E1D49C3D19C49F38D88', 4, NULL);
INSERT INTO memories VALUES (3, '00000000-0003-4785-a8ce-7797ee5d4a56', 1, 'actor', 'bob', NULL, NULL, 'chat-2', 'norm', 'user_message', 'procedural', 'It must never exceed two spoons.', 'It must never exceed two spoons', NULL, '[]', '[]', '[]', NULL, 0.9, 1.0, 1767603600000000, 90.0, 0, 1801210912865844, 0, NULL, 1767603600000000, NULL, 1767603600000000, 1767603600000000, 1767603600000000, X'8DDE46FA78C59E1D49C3D19C49F38D88', 4, NULL);
INSERT INTO memories VALUES (4, '00000000-0004-4ac5-8f3f-75c8655cfbd2', 1, 'role', NULL, 'cook', NULL, NULL, 'norm', 'user_message', 'procedural', 'It must never exceed two spoons.', 'It must never exceed two spoons', NULL, '[]', '[]', '[]', NULL, 0.9, 1.0, 1767603600000000, 90.0, 0, 1801210912865844, 0, NULL, 1767603600000000, NULL, 1767603600000000, 1767603600000000, 1767603600000000, X'8DDE46FA78C59E1D49C3D19C49F38D88', NULL, NULL);
INSERT INTO memories VALUES (5, '00000000-0005-45ca-952b-0b462d39a2ae', 1, 'actor', 'ana', NULL, NULL, 'chat-1', 'fact', 'user_message', 'semantic', 'What else is in it?', 'What else is in it', NULL, '[]', '[]', '[]', NULL, 0.9, 1.0, 1767603600000000, 90.0, 0, 1801210912865844, 0, NULL, 1767603600000000, NULL, 1767603600000000, 1767603600000000, 1767603600000000, X'B3D2F8E1F694B8A9DD60F56E993332C2', NULL, NULL);
INSERT INTO memories VALUES (6, '00000000-0006-4cec-9b93-7d5d614da112', 1, 'actor', 'ana', NULL, NULL, 'chat-1', 'fact', 'user_message', 'semantic', 'Three eggs and a lemon.', 'Three eggs and a lemon', NULL, '[]', '[]', '[]', NULL, 0.9, 1.0, 1767603600000000, 90.0, 0, 1801210912865844, 0, NULL, 1762164000000000, NULL, 1762164000000000, 1767603600000000, 1767603600000000, X'A6E10A0A6A438BC55891EA26DE2193E9', NULL, NULL);
CREATE TABLE sources (
        memory INTEGER NOT NULL,
        event INTEGER NOT NULL,
        PRIMARY KEY (memory, event)
    ) WITHOUT ROWID;
INSERT INTO sources VALUES (1, 1);
INSERT INTO sources VALUES (2, 2);
INSERT INTO sources VALUES (3, 3);
INSERT INTO sources VALUES (4, 2);
INSERT INTO sources VALUES (4, 3);
INSERT INTO sources VALUES (5, 4);
INSERT INTO sources VALUES (6, 5);
CREATE TABLE usage (
        account INTEGER NOT NULL,
        key_id TEXT NOT NULL,
        hour INTEGER NOT NULL,
        dimension TEXT NOT NULL,
        quantity INTEGER NOT NULL,
        PRIMARY KEY (account, hour, key_id, dimension)
    ) WITHOUT ROWID;
INSERT INTO usage VALUES (1, '', 1767603600000000, 'memory_stored', 6);
INSERT INTO usage VALUES (1, 'key_local', 1767603600000000, 'api_calls', 2);
INSERT INTO usage VALUES (1, 'key_local', 1767603600000000, 'events_ingested', 5);
CREATE TABLE connectors (
        connector_id TEXT PRIMARY KEY,
        account INTEGER NOT NULL,
        provider TEXT NOT NULL,
        owner TEXT NOT NULL,
        email TEXT NOT NULL,
        state TEXT NOT NULL,
        authorized INTEGER NOT NULL,
        selection TEXT,
        bucket TEXT,
        region TEXT,
        created INTEGER NOT NULL,
        synced INTEGER
    ) WITHOUT ROWID;
CREATE TABLE connector_resources (
        target TEXT PRIMARY KEY,
        resources TEXT NOT NULL
    ) WITHOUT ROWID;
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
CREATE TABLE retrieval_stemmer (
    name TEXT NOT NULL
);
INSERT INTO retrieval_stemmer VALUES ('snowballstemmer 3.1.1, irregular forms 9757ff36, words 2, fingerprints 2');
CREATE TABLE retrieval_rows (
    rowid INTEGER PRIMARY KEY,
    position INTEGER NOT NULL UNIQUE,
    size INTEGER NOT NULL,
    question INTEGER NOT NULL,
    tokens TEXT NOT NULL
);
INSERT INTO retrieval_rows VALUES (1, 4294967301, 4, 0, 'we add a paste of almond to the cake =af82eef0382ee529 =016313903152dfb8 ~2026-01 ~01 ~2026');
INSERT INTO retrieval_rows VALUES (2, 4294967302, 3, 0, 'it must never exceed two spoon =af82eef0382ee529 =016313903152dfb8 ~2026-01 ~01 ~2026');
INSERT INTO retrieval_rows VALUES (3, 8589934597, 3, 0, 'it must never exceed two spoon =af82eef0382ee529 =b1188b31491f2067 ~2026-01 ~01 ~2026');
INSERT INTO retrieval_rows VALUES (4, -17179869184, 3, 0, 'it must never exceed two spoon =af82eef0382ee529 =55d47c0e65738b34 ~2026-01 ~01 ~2026');
INSERT INTO retrieval_rows VALUES (5, 4294967303, 1, 1, 'what els is in it =af82eef0382ee529 =016313903152dfb8 ~2026-01 ~01 ~2026');
INSERT INTO retrieval_rows VALUES (6, 4294967304, 3, 0, 'three egg and a lemon =af82eef0382ee529 =016313903152dfb8 ~2025-11 ~11 ~2025');
CREATE TABLE retrieval_conversations (
    conversation INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    turns INTEGER NOT NULL
);
INSERT INTO retrieval_conversations VALUES (1, '1/chat-1', 4);
INSERT INTO retrieval_conversations VALUES (2, '1/chat-2', 1);
CREATE TABLE retrieval_participation (
    scope TEXT NOT NULL,
    conversation INTEGER NOT NULL,
    PRIMARY KEY (scope, conversation)
) WITHOUT ROWID;
INSERT INTO retrieval_participation VALUES ('=', 1);
INSERT INTO retrieval_participation VALUES ('=', 2);
INSERT INTO retrieval_participation VALUES ('=016313903152dfb8', 1);
INSERT INTO retrieval_participation VALUES ('=af82eef0382ee529', 1);
INSERT INTO retrieval_participation VALUES ('=af82eef0382ee529', 2);
INSERT INTO retrieval_participation VALUES ('=b1188b31491f2067', 2);
CREATE TABLE retrieval_totals (
    scope TEXT PRIMARY KEY,
    turns INTEGER NOT NULL,
    conversations INTEGER NOT NULL
) WITHOUT ROWID;
INSERT INTO retrieval_totals VALUES ('=', 6, 3);
INSERT INTO retrieval_totals VALUES ('=016313903152dfb8', 4, 1);
INSERT INTO retrieval_totals VALUES ('=55d47c0e65738b34', 1, 1);
INSERT INTO retrieval_totals VALUES ('=af82eef0382ee529', 6, 3);
INSERT INTO retrieval_totals VALUES ('=b1188b31491f2067', 1, 1);
CREATE VIRTUAL TABLE retrieval_index USING fts5(
    tokens, content='retrieval_rows', content_rowid='rowid', detail=none, columnsize=0,
    tokenize="ascii tokenchars '=@~-'"
);
INSERT INTO retrieval_index (rowid, tokens) SELECT rowid, tokens FROM retrieval_rows;
CREATE INDEX events_digest ON events(digest, ingested);
CREATE INDEX events_session ON events(account, session_id, event);
CREATE INDEX events_ts ON events(account, ts, event_id);
CREATE INDEX keys_prefix ON keys(prefix);
CREATE INDEX memories_fingerprint ON memories(account, fingerprint);
CREATE INDEX memories_observed ON memories(account, observed, memory_id);
PRAGMA application_id = 1298492787;
PRAGMA user_version = 3;
