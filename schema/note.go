package schema

import (
	"context"
	"slices"
	"strings"

	"github.com/go-json-experiment/json"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/store"
)

// What the history of the workspace says of definitions. Before are the categories
// of those that were made, changed or removed; After is the definitions by
// category, as JSON, or where that would be too long what lists say of them.
const (
	CreatedChange = "atlas.TYPE_DEF_CREATE"
	UpdatedChange = "atlas.TYPE_DEF_UPDATE"
	DeletedChange = "atlas.TYPE_DEF_DELETE"
)

// mostNoted bounds what one line of the history says, in bytes.
const mostNoted = 30_000

// note adds to the history what was made and what was changed.
func note(ctx context.Context, tx store.Tx, kept []Def) error {
	var made, changed []Def
	for _, d := range kept {
		if d.Common().Version == 1 {
			made = append(made, d)
		} else {
			changed = append(changed, d)
		}
	}
	if err := noteLine(ctx, tx, CreatedChange, made); err != nil {
		return err
	}
	return noteLine(ctx, tx, UpdatedChange, changed)
}

// noteLine adds one line about some definitions, if there are any.
func noteLine(ctx context.Context, tx store.Tx, what string, defs []Def) error {
	if len(defs) == 0 {
		return nil
	}
	full, short, names := make(map[Category][]Def), make(map[Category][]Header), make(map[string]int)
	var categories []string
	for _, d := range defs {
		c := categoryOf(d)
		if full[c] == nil {
			categories = append(categories, c.String())
		}
		full[c], short[c] = append(full[c], d), append(short[c], HeaderOf(d))
		names[c.String()]++
	}
	slices.Sort(categories)
	after, err := shortest(full, short, names)
	if err != nil {
		return err
	}
	return tx.AppendChange(&pedigree.Change{
		Workspace: workspace, Node: workspace, Actor: pedigree.ActorOf(ctx).Name, What: what, Before: strings.Join(categories, ","), After: after,
	})
}

// shortest writes the first of some messages that is not too long, or the last.
func shortest(messages ...any) (text string, err error) {
	for _, m := range messages {
		b, err := json.Marshal(m, Writing)
		if err != nil {
			return "", err
		}
		if text = string(b); len(text) <= mostNoted {
			break
		}
	}
	return text, nil
}
