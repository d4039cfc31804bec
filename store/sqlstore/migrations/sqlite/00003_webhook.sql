-- +goose Up

-- Who wants to be told of changes. AUTOINCREMENT: the identity of one that is
-- gone is never given again.
CREATE TABLE webhook (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    workspace   INTEGER NOT NULL,
    uid         TEXT    NOT NULL,
    name        TEXT    NOT NULL,
    description TEXT    NOT NULL,
    url         TEXT    NOT NULL,
    events      TEXT    NOT NULL,     -- with spaces between them
    active      INTEGER NOT NULL,
    secret      TEXT    NOT NULL,     -- sealed; empty for none
    created     INTEGER NOT NULL,
    updated     INTEGER NOT NULL
) STRICT;

CREATE UNIQUE INDEX webhook_uid ON webhook (workspace, uid);
CREATE INDEX webhook_workspace ON webhook (workspace, id);

-- The events of webhooks again, to find webhooks by.
CREATE TABLE webhook_event (
    workspace INTEGER NOT NULL,
    event     TEXT    NOT NULL,
    webhook   INTEGER NOT NULL REFERENCES webhook (id) ON DELETE CASCADE,
    PRIMARY KEY (workspace, event, webhook)
) STRICT, WITHOUT ROWID;

CREATE INDEX webhook_event_webhook ON webhook_event (webhook);

-- What webhooks are to be told, and what became of it.
CREATE TABLE delivery (
    id       INTEGER PRIMARY KEY AUTOINCREMENT,
    webhook  INTEGER NOT NULL REFERENCES webhook (id) ON DELETE CASCADE,
    uid      TEXT    NOT NULL,
    event    TEXT    NOT NULL,
    body     TEXT    NOT NULL,
    state    INTEGER NOT NULL,        -- pedigree.DeliveryState
    attempts INTEGER NOT NULL,
    status   INTEGER NOT NULL,
    error    TEXT    NOT NULL,
    created  INTEGER NOT NULL,
    due      INTEGER NOT NULL,
    ended    INTEGER
) STRICT;

CREATE INDEX delivery_webhook ON delivery (webhook, id);
CREATE INDEX delivery_waiting ON delivery (webhook, due, id) WHERE state = 0;
CREATE INDEX delivery_ended ON delivery (webhook, id) WHERE state <> 0;
