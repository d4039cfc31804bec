package sqlstore

import "embed"

// Migrations holds the schema changes, one folder per engine.
//
//go:embed migrations
var Migrations embed.FS
