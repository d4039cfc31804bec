package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"strings"
	"text/tabwriter"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/api"
	"github.com/pedigree-ml/pedigree/client"
)

// serverFlag says which server to ask.
type serverFlag struct {
	Server string `help:"The server to ask." default:"http://127.0.0.1:5000" placeholder:"URL"`
}

const refHelp = "What to start from: a node's id, a URI such as s3://bucket/key, models:/name/version, models:/name@alias, runs:/id, " +
	"mlmd:artifact/id, mlmd:execution/id or openlineage:namespace/name."

// lineageCmd tells what something was made of and what was made of it.
type lineageCmd struct {
	serverFlag

	Ref       string `arg:"" help:"${ref}"`
	Direction string `help:"Where to go: upstream, to what it was made of; downstream, to what was made of it; or both." enum:"upstream,downstream,both" default:"both"`
	Depth     int    `help:"How many hops to go; 0 for all."`
	AsOf      string `help:"Tell of the graph as it was at this time, such as 2026-11-21T10:30:00Z." placeholder:"TIME"`
	Output    string `short:"o" help:"What to print: table, json, or dot for Graphviz." enum:"table,json,dot" default:"table"`
}

// Run prints the lineage.
func (c *lineageCmd) Run(s streams) error {
	server, err := client.New(c.Server)
	if err != nil {
		return err
	}
	a, err := server.Lineage(context.Background(), client.Lineage{Ref: c.Ref, Direction: c.Direction, Depth: c.Depth, AsOf: c.AsOf})
	if err != nil {
		return err
	}
	print := map[string]func(io.Writer, *api.LineageAnswer) error{"table": lineageTable, "json": printJSON[*api.LineageAnswer], "dot": lineageDot}[c.Output]
	return print(s.out, a)
}

func printJSON[T any](w io.Writer, v T) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(v)
}

// lineageTable prints a line for each node, nearest first, and how it hangs on
// others.
func lineageTable(w io.Writer, a *api.LineageAnswer) error {
	from := make(map[pedigree.NodeID][]string)
	for _, e := range a.Edges {
		from[e.To] = append(from[e.To], strconv.FormatInt(int64(e.From), 10))
	}
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "HOPS\tID\tKIND\tTYPE\tNAME\tURI\tMADE FROM")
	for _, n := range a.Nodes {
		fmt.Fprintf(t, "%d\t%d\t%s\t%s\t%s\t%s\t%s\n", n.Depth, n.ID, n.Kind, n.Type, plainText(n.Name), plainText(n.URI), strings.Join(from[n.ID], " "))
	}
	if err := t.Flush(); err != nil {
		return err
	}
	for _, j := range a.Joined {
		fmt.Fprintf(w, "one thing under several names: %s\n", strings.Trim(fmt.Sprint(j), "[]"))
	}
	if a.Truncated {
		fmt.Fprintln(w, "there is more than the server tells at once: ask for fewer hops or one direction")
	}
	return nil
}

// plainText keeps what clients wrote from moving the cursor of a terminal.
func plainText(text string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r >= 0x7f && r < 0xa0 {
			return '?'
		}
		return r
	}, text)
}

// lineageDot prints a graph for Graphviz, with what is joined in a box.
func lineageDot(w io.Writer, a *api.LineageAnswer) error {
	b := bufio.NewWriter(w)
	fmt.Fprintln(b, "digraph lineage {\n  rankdir=LR;")
	shapes := map[string]string{"artifact": "box", "execution": "ellipse", "context": "folder"}
	for _, n := range a.Nodes {
		name := n.Name
		if name == "" {
			name = n.URI
		}
		fmt.Fprintf(b, "  n%d [shape=%s, label=%s];\n", n.ID, shapes[n.Kind], quoteDot(name, n.Type))
	}
	for i, j := range a.Joined {
		fmt.Fprintf(b, "  subgraph cluster_%d { style=dashed;", i)
		for _, id := range j {
			fmt.Fprintf(b, " n%d;", id)
		}
		fmt.Fprintln(b, " }")
	}
	for _, e := range a.Edges {
		fmt.Fprintf(b, "  n%d -> n%d [tooltip=%q];\n", e.From, e.To, e.Kind)
	}
	fmt.Fprintln(b, "}")
	return b.Flush()
}

// quoteDot writes lines as one text in quotes. Graphviz knows only \" and \\.
func quoteDot(lines ...string) string {
	for i := range lines {
		lines[i] = strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(plainText(lines[i]))
	}
	return `"` + strings.Join(lines, `\n`) + `"`
}
