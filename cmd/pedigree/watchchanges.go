package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"github.com/pedigree-ml/pedigree/api"
	"github.com/pedigree-ml/pedigree/client"
)

// watchChangesCmd prints what happens to nodes as it happens.
type watchChangesCmd struct {
	serverFlag

	After  string   `help:"Go on after the event with this cursor, rather than with what happens from now on." placeholder:"CURSOR"`
	Kind   []string `help:"Only nodes of this kind: artifact, execution or context; may be repeated, as all of these." placeholder:"KIND"`
	Type   []string `help:"Only nodes of this type, such as mlflow.Run." placeholder:"TYPE"`
	Action []string `help:"Only this: created, updated, properties, events, members, relations, contents, comments or purged." placeholder:"ACTION"`
	Ref    []string `help:"Only these nodes, named as for lineage." placeholder:"REF"`
	Output string   `short:"o" help:"What to print: a line of text or of JSON for each event." enum:"text,json" default:"text"`
}

// Run prints events until the process is told to end.
func (c *watchChangesCmd) Run(s streams) error {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	server, err := client.New(c.Server)
	if err != nil {
		return err
	}
	write := changeText
	if c.Output == "json" {
		write = changeJSON
	}
	asked := client.Watch{After: c.After, Kinds: c.Kind, Types: c.Type, Actions: c.Action, Refs: c.Ref}
	for event, err := range server.Watch(ctx, asked) {
		if err != nil {
			return err
		}
		if err := write(s.out, event); err != nil {
			return err
		}
	}
	return nil
}

// changeText writes the cursor first, which --after takes.
func changeText(w io.Writer, e *api.WatchEvent) error {
	kind, typ := e.Node.Kind, e.Node.Type
	if kind == "" {
		kind, typ = "-", "-" // it has gone meanwhile
	}
	_, err := fmt.Fprintf(w, "%s  %s  %s  %s  %d  %s  %s  %s\n",
		e.Cursor, e.Time, strings.Join(e.Actions, ","), kind, e.Node.ID, typ, plainText(e.Node.Name), plainText(e.Node.State))
	return err
}

func changeJSON(w io.Writer, e *api.WatchEvent) error {
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	return encoder.Encode(e)
}
