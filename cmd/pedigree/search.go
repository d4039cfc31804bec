package main

import (
	"context"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"github.com/pedigree-ml/pedigree/api"
	"github.com/pedigree-ml/pedigree/client"
)

// searchCmd finds nodes of every type and wire.
type searchCmd struct {
	serverFlag
	outputFlag

	Words   []string `arg:"" optional:"" help:"Words that stand in names, URIs, params, tags and the like; the last may be a beginning."`
	Filter  string   `help:"A condition, such as: kind = 'artifact' AND (tags.team = 'a' OR properties.rows > 1000)." placeholder:"FILTER"`
	OrderBy string   `help:"id, created or updated, with a minus before it for the newest first." default:"-updated"`
	Limit   int      `help:"How many to print." default:"50"`
	Facet   []string `help:"Count what is found by these too: kind, type, state, protocol, workspace, owner, created, tag (its keys)." placeholder:"FACET"`
}

// Run prints what is found.
func (c *searchCmd) Run(s streams) error {
	return show(s, c.serverFlag, c.outputFlag, func(server *client.Client) (*api.SearchAnswer, error) {
		return server.Search(context.Background(), client.Search{
			Filter: c.Filter, Words: strings.Join(c.Words, " "), Order: c.OrderBy, Limit: c.Limit, Counts: true, Facets: c.Facet,
		})
	}, searchTable)
}

func searchTable(w io.Writer, a *api.SearchAnswer) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "ID\tKIND\tTYPE\tNAME\tSTATE\tUPDATED\tURI")
	for _, n := range a.Nodes {
		fmt.Fprintf(t, "%d\t%s\t%s\t%s\t%s\t%s\t%s\n", n.ID, n.Kind, n.Type, plainText(n.Name), plainText(n.State), n.Updated, plainText(n.URI))
	}
	if err := t.Flush(); err != nil {
		return err
	}
	if err := facetTables(w, a); err != nil {
		return err
	}
	total := int64(0)
	for _, c := range a.Counts {
		total += c.Nodes
	}
	if a.More {
		fmt.Fprintf(w, "%d of more than %d\n", len(a.Nodes), total)
	} else {
		fmt.Fprintf(w, "%d of %d\n", len(a.Nodes), total)
	}
	return nil
}

// facetTables prints what was counted, a table for each facet.
func facetTables(w io.Writer, a *api.SearchAnswer) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, f := range a.Facets {
		fmt.Fprintf(t, "\n%s\tNODES\n", strings.ToUpper(f.Name))
		for _, v := range f.Values {
			fmt.Fprintf(t, "%s\t%d\n", plainText(v.Value), v.Nodes)
		}
		if f.More {
			fmt.Fprintln(t, "...\t")
		}
	}
	return t.Flush()
}
