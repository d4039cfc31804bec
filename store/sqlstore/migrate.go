package sqlstore

import (
	"context"
	"database/sql"
	"errors"

	"github.com/pressly/goose/v3"

	"github.com/pedigree-ml/pedigree"
)

// migrate brings the schema up to date. A schema newer than this binary knows
// is left alone and refused.
func migrate(ctx context.Context, e Engine) (err error) {
	db := sql.OpenDB(e.Migrator)
	defer func() { err = errors.Join(err, db.Close()) }()
	p, err := goose.NewProvider(e.Goose, db, e.Migrations, goose.WithDisableGlobalRegistry(true))
	if err != nil {
		return classify(e, err)
	}
	known := p.ListSources()
	have, err := p.GetDBVersion(ctx)
	if err != nil {
		return classify(e, err)
	}
	newest := known[len(known)-1].Version
	if have > newest {
		return pedigree.Errorf(pedigree.BadState,
			"the database has schema version %d and this pedigree knows versions up to %d: run the newer pedigree that wrote it", have, newest)
	}
	if have == newest {
		return nil
	}
	if e.KeepSchema {
		return pedigree.Errorf(pedigree.BadState,
			"the database has schema version %d, older than this pedigree's %d: starting the server brings it up to date", have, newest)
	}
	if _, err := p.Up(ctx); err != nil {
		return classify(e, err)
	}
	return nil
}

// SchemaVersion returns the version of the stored schema.
func (s *Store) SchemaVersion(ctx context.Context) (version int64, err error) {
	db := sql.OpenDB(s.engine.Migrator)
	defer func() { err = errors.Join(err, db.Close()) }()
	p, err := goose.NewProvider(s.engine.Goose, db, s.engine.Migrations, goose.WithDisableGlobalRegistry(true))
	if err != nil {
		return 0, classify(s.engine, err)
	}
	version, err = p.GetDBVersion(ctx)
	return version, classify(s.engine, err)
}
