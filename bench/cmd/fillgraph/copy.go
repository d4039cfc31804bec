package main

import (
	"context"
	"database/sql"
	"fmt"
	"os"
	"time"

	_ "modernc.org/sqlite" // a driver that takes any statement

	"github.com/pedigree-ml/pedigree/bench"
)

// copies make parts out of part 0, the last that the rules have made: its rows
// with numbers that move on and the name of another part. :run is the number of
// its first node, its run, :nodes how many there are; :event the number of its
// first event, :events how many; :place the number of its first location, :places
// how many; :old its name, :new the name of others but for their number, and
// :from and :to are the first and the last part to make.
var copies = []string{
	`INSERT INTO node (id, workspace, home, kind, type, uid, name, version, state, owner, uri, created, updated)
		SELECT t.id + k.i * :nodes, t.workspace, t.home, t.kind, t.type,
			iif(t.kind = 3, lower(hex(randomblob(16))), replace(t.uid, :old, :new || k.i)), replace(t.name, :old, :new || k.i),
			t.version, t.state, t.owner, replace(t.uri, :old, :new || k.i), t.created, t.updated
		FROM k CROSS JOIN node t WHERE t.id BETWEEN :run AND :run + :nodes - 1`,
	`INSERT INTO event (id, execution, artifact, direction, time, step, role, path)
		SELECT t.id + k.i * :events, t.execution + k.i * :nodes, t.artifact + k.i * :nodes, t.direction, t.time, t.step, t.role, t.path
		FROM k CROSS JOIN event t WHERE t.id BETWEEN :event AND :event + :events - 1`,
	`INSERT INTO membership (context, node)
		SELECT t.context + k.i * :nodes, t.node + k.i * :nodes FROM k CROSS JOIN membership t WHERE t.context = :run`,
	`INSERT INTO location (id, workspace, uri)
		SELECT t.id + k.i * :places, t.workspace, replace(t.uri, :old, :new || k.i)
		FROM k CROSS JOIN location t WHERE t.id BETWEEN :place AND :place + :places - 1`,
	`INSERT INTO place (node, location, version)
		SELECT t.node + k.i * :nodes, t.location + k.i * :places, t.version
		FROM k CROSS JOIN place t WHERE t.node BETWEEN :run AND :run + :nodes - 1`,
}

const partNumbers = "WITH RECURSIVE k (i) AS (SELECT :from UNION ALL SELECT i + 1 FROM k WHERE i < :to) "

// perCopy is how many parts one statement makes.
const perCopy = 100

// copyParts makes the parts after part 0 row by row and without the rules.
// Indexes are left out meanwhile and made at the end, which gives the same and
// takes a fraction of the time.
func (f *filling) copyParts(ctx context.Context, path string) error {
	parts := f.parts.Count()
	db, err := sql.Open("sqlite", path)
	if err != nil {
		return err
	}
	defer db.Close()
	db.SetMaxOpenConns(1)
	for _, pragma := range []string{"synchronous = OFF", "journal_mode = MEMORY", "cache_size = -300000"} {
		if _, err := db.ExecContext(ctx, "PRAGMA "+pragma); err != nil {
			return err
		}
	}
	zero, err := f.partZero(ctx, db)
	if err != nil {
		return err
	}
	indexes, err := dropIndexes(ctx, db)
	if err != nil {
		return err
	}
	start := time.Now()
	for from := 1; from < parts; from += perCopy {
		to := min(from+perCopy, parts) - 1
		if err := copyPart(ctx, db, zero, from, to); err != nil {
			return err
		}
		fmt.Fprintf(os.Stderr, "\r%d of %d parts in %s ", to+1, parts, time.Since(start).Round(time.Second))
	}
	for _, index := range indexes {
		fmt.Fprintf(os.Stderr, "\n%s: %.70s", time.Since(start).Round(time.Second), index)
		if _, err := db.ExecContext(ctx, index); err != nil {
			return err
		}
	}
	fmt.Fprintln(os.Stderr)
	return nil
}

// dropIndexes drops those of the tables that are copied and gives the
// statements that make them.
func dropIndexes(ctx context.Context, db *sql.DB) (statements []string, err error) {
	rows, err := db.QueryContext(ctx, "SELECT name, sql FROM sqlite_schema WHERE type = 'index' AND sql IS NOT NULL "+
		"AND tbl_name IN ('node', 'event', 'membership', 'place') ORDER BY name")
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var names []string
	for rows.Next() {
		var name, statement string
		if err := rows.Scan(&name, &statement); err != nil {
			return nil, err
		}
		names, statements = append(names, name), append(statements, statement)
	}
	if err := rows.Err(); err != nil {
		return nil, err
	}
	for _, name := range names {
		if _, err := db.ExecContext(ctx, "DROP INDEX "+name); err != nil {
			return nil, err
		}
	}
	return statements, nil
}

func copyPart(ctx context.Context, db *sql.DB, part []any, from, to int) error {
	args := append(part[:len(part):len(part)], sql.Named("from", from), sql.Named("to", to))
	for _, statement := range copies {
		if _, err := db.ExecContext(ctx, partNumbers+statement, args...); err != nil {
			return err
		}
	}
	return nil
}

// partZero says which rows part 0 has: the last of each table. Each artifact of
// it is at a location of its own.
func (f *filling) partZero(ctx context.Context, db *sql.DB) ([]any, error) {
	old := bench.PartName(f.prefix, 0)
	nodes, events := f.parts.Shape.Nodes()+1, f.parts.Shape.Events() // and the run
	args := []any{sql.Named("nodes", nodes), sql.Named("events", events), sql.Named("old", old), sql.Named("new", old[:len(old)-1])}
	var node, event, place, places int
	err := db.QueryRowContext(ctx, "SELECT (SELECT max(id) FROM node), (SELECT max(id) FROM event), (SELECT max(id) FROM location)").Scan(&node, &event, &place)
	if err == nil {
		err = db.QueryRowContext(ctx, "SELECT count(*) FROM place WHERE node > ?", node-nodes).Scan(&places)
	}
	return append(args, sql.Named("run", node-nodes+1), sql.Named("event", event-events+1), sql.Named("place", place-places+1), sql.Named("places", places)), err
}
