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

// outputFlag says in which form to print.
type outputFlag struct {
	Output string `short:"o" help:"What to print: table or json." enum:"table,json" default:"table"`
}

// show asks a server and prints its answer, as JSON or as a table.
func show[T any](s streams, server serverFlag, form outputFlag, ask func(*client.Client) (T, error), table func(io.Writer, T) error) error {
	c, err := client.New(server.Server)
	if err != nil {
		return err
	}
	a, err := ask(c)
	if err != nil {
		return err
	}
	if form.Output == "json" {
		return printJSON(s.out, a)
	}
	return table(s.out, a)
}

// impactCmd tells what depends on something.
type impactCmd struct {
	serverFlag
	outputFlag

	Ref string `arg:"" help:"${ref}"`
}

// Run prints the impact.
func (c *impactCmd) Run(s streams) error {
	return show(s, c.serverFlag, c.outputFlag, func(server *client.Client) (*api.ImpactAnswer, error) {
		return server.Impact(context.Background(), c.Ref)
	}, impactTable)
}

func impactTable(w io.Writer, a *api.ImpactAnswer) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "HOPS\tID\tROLE\tTYPE\tNAME\tVERSION\tSTAGE\tALIASES")
	for _, h := range a.Hits {
		fmt.Fprintf(t, "%d\t%d\t%s\t%s\t%s\t%s\t%s\t%s\n", h.Depth, h.ID, h.Role, h.Type, plainText(h.Name), plainText(h.Version), h.Stage, plainText(strings.Join(h.Aliases, " ")))
	}
	return closeTable(t, w, a.Truncated)
}

// closeTable ends a table and says whether it is all.
func closeTable(t *tabwriter.Writer, w io.Writer, truncated bool) error {
	err := t.Flush()
	if err == nil && truncated {
		_, err = fmt.Fprintln(w, "there is more than the server tells at once")
	}
	return err
}

// provenanceCmd tells how to repeat something.
type provenanceCmd struct {
	serverFlag
	outputFlag

	Ref string `arg:"" help:"${ref}"`
}

// Run prints the provenance.
func (c *provenanceCmd) Run(s streams) error {
	return show(s, c.serverFlag, c.outputFlag, func(server *client.Client) (*api.ProvenanceAnswer, error) {
		return server.Provenance(context.Background(), c.Ref)
	}, provenanceTable)
}

// provenanceTable prints the steps in their order, each with what it was told
// and what it read, and then what must be had from elsewhere.
func provenanceTable(w io.Writer, a *api.ProvenanceAnswer) error {
	names := make(map[string]string)
	for _, m := range a.Materials {
		name := m.Name
		if m.URI != "" {
			name = m.URI
		}
		names[fmt.Sprint(m.ID)] = name
	}
	for i, s := range a.Steps {
		fmt.Fprintf(w, "%d. %s %s (%s, id %d)\n", i+1, s.Type, plainText(s.Name), s.State, s.ID)
		for _, part := range []struct {
			what       string
			properties []api.Property
		}{{"code", s.Code}, {"param", s.Params}, {"environment", s.Environment}} {
			for _, p := range part.properties {
				fmt.Fprintf(w, "   %-12s %s = %s\n", part.what, plainText(p.Key), plainText(fmt.Sprint(p.Value)))
			}
		}
		for _, id := range s.Inputs {
			fmt.Fprintf(w, "   %-12s %s\n", "reads", plainText(names[fmt.Sprint(id)]))
		}
		for _, id := range s.Outputs {
			fmt.Fprintf(w, "   %-12s %s\n", "writes", plainText(names[fmt.Sprint(id)]))
		}
	}
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "\nTO BE HAD FROM ELSEWHERE\tDIGEST")
	for _, m := range a.Materials {
		if m.Source {
			fmt.Fprintf(t, "%s\t%s\n", plainText(names[fmt.Sprint(m.ID)]), plainText(m.Digest))
		}
	}
	return closeTable(t, w, a.Truncated)
}

// diffCmd tells how two pedigrees differ.
type diffCmd struct {
	serverFlag
	outputFlag

	Left  string `arg:"" help:"One of the two. ${ref}"`
	Right string `arg:"" help:"The other."`
}

// Run prints the difference.
func (c *diffCmd) Run(s streams) error {
	return show(s, c.serverFlag, c.outputFlag, func(server *client.Client) (*api.DiffAnswer, error) {
		return server.Diff(context.Background(), c.Left, c.Right)
	}, diffTable)
}

func diffTable(w io.Writer, a *api.DiffAnswer) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	line := func(sign string, n api.LineageNode) {
		fmt.Fprintf(t, "%s\t%d\t%s\t%s\t%s\n", sign, n.ID, n.Type, plainText(n.Name), plainText(n.URI))
	}
	for _, n := range a.Removed {
		line("-", n)
	}
	for _, n := range a.Added {
		line("+", n)
	}
	for _, c := range a.Changed {
		line("~", c.Left)
		line(" ", c.Right)
		for _, f := range c.Fields {
			fmt.Fprintf(t, "\t\t%s\t%s\t-> %s\n", plainText(f.Key), side(f.Left), side(f.Right))
		}
	}
	fmt.Fprintf(t, "%d nodes are common to both\n", a.Common)
	return closeTable(t, w, a.Truncated)
}

// side shows one side of a difference.
func side(v any) string {
	if v == nil {
		return "(nothing)"
	}
	return plainText(fmt.Sprint(v))
}
