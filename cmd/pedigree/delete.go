package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"text/tabwriter"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/api"
	"github.com/pedigree-ml/pedigree/client"
)

// deleteCmd removes a node for ever.
type deleteCmd struct {
	serverFlag
	outputFlag

	Ref     string `arg:"" help:"The one node to remove. ${ref}"`
	Members bool   `help:"Of a context: remove its artifacts and executions that belong to no other, too."`
	DryRun  bool   `help:"Change nothing, but print what would go."`
	Yes     bool   `short:"y" help:"Do not ask."`
	Reason  string `help:"Why, for the history."`
}

// Run removes it, once it has shown what goes and was told to.
func (c *deleteCmd) Run(s streams) error {
	server, err := client.New(c.Server)
	if err != nil {
		return err
	}
	ctx := context.Background()
	d := client.Deletion{Members: c.Members, DryRun: true, Reason: c.Reason}
	if d.Node, err = oneNode(ctx, server, c.Ref); err != nil {
		return err
	}
	if c.DryRun || !c.Yes {
		goes, err := server.Delete(ctx, d)
		if err != nil {
			return err
		}
		if c.DryRun {
			return c.print(s, goes)
		}
		if err := deletedTable(s.err, goes); err != nil {
			return err
		}
		if !isTerminal(os.Stdin) {
			return errors.New("nothing was deleted: give --yes where there is nobody to ask")
		}
		if !confirmed(os.Stdin, s.err, goes.Deleted) {
			return errors.New("nothing was deleted")
		}
	}
	d.DryRun = false
	gone, err := server.Delete(ctx, d)
	if err != nil {
		return err
	}
	return c.print(s, gone)
}

func (c *deleteCmd) print(s streams, a *api.DeletedAnswer) error {
	if c.Output == "json" {
		return printJSON(s.out, a)
	}
	return deletedTable(s.out, a)
}

// oneNode finds the node that a reference names. It must be one alone: what is
// deleted does not come back.
func oneNode(ctx context.Context, server *client.Client, ref string) (pedigree.NodeID, error) {
	a, err := server.Nodes(ctx, ref)
	if err != nil {
		return 0, err
	}
	if len(a.Nodes) != 1 {
		var all []string
		for _, n := range a.Nodes {
			all = append(all, fmt.Sprintf("%d (%s)", n.ID, n.Type))
		}
		return 0, fmt.Errorf("%s names %d nodes, give the id of one: %s", ref, len(a.Nodes), strings.Join(all, ", "))
	}
	return a.Nodes[0].ID, nil
}

// confirmed asks, and takes nothing but yes for it.
func confirmed(in io.Reader, out io.Writer, nodes int) bool {
	fmt.Fprintf(out, "Remove %s for ever? It cannot be undone. Type yes: ", plural(nodes, "node"))
	line, _ := bufio.NewReader(in).ReadString('\n') // what came before an error was said
	return strings.TrimSpace(line) == "yes"
}

// deletedTable prints what goes or went.
func deletedTable(w io.Writer, a *api.DeletedAnswer) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "ID\tKIND\tTYPE\tNAME\tURI")
	for _, n := range a.Nodes {
		fmt.Fprintf(t, "%d\t%s\t%s\t%s\t%s\n", n.ID, n.Kind, n.Type, plainText(n.Name), plainText(n.URI))
	}
	if err := t.Flush(); err != nil {
		return err
	}
	if more := a.Deleted - len(a.Nodes); more > 0 {
		fmt.Fprintf(w, "and %d more\n", more)
	}
	what := "deleted"
	if a.DryRun {
		what = "would be deleted"
	}
	_, err := fmt.Fprintf(w, "%s: %s, with %d properties, %d events, %d memberships, %d relations, %d files, %d locations and %d comments\n", what, plural(a.Deleted, "node"),
		a.With.Properties, a.With.Events, a.With.Memberships, a.With.Relations, a.With.Files, a.With.Locations, a.With.Comments)
	return err
}

func plural(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}
