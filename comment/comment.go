// Package comment is the rules of what people write below nodes: of any kind and
// wire. Comments are found by the words that stand in them, are told of in the
// feed, and go with their node.
package comment

import (
	"context"
	"strings"
	"unicode/utf8"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/naming"
	"github.com/pedigree-ml/pedigree/store"
)

// MaxText bounds a comment, in bytes.
const MaxText = 64 << 10

// What the history of a node says of its comments. Before and After of a line
// hold the text, as far as a line goes.
const (
	Edited  = "comment edited"
	Removed = "comment deleted"
)

// A Service applies the rules to one store.
type Service struct{ store store.Store }

// New returns a service on s.
func New(s store.Store) *Service { return &Service{s} }

// Add writes a comment below a node that is not in the bin. Its author is who
// makes the changes of ctx.
func (s *Service) Add(ctx context.Context, workspace, node pedigree.NodeID, text string) (c pedigree.Comment, err error) {
	if err := check(text); err != nil {
		return c, err
	}
	err = s.store.Update(ctx, func(tx store.Tx) error {
		n, err := nodeIn(tx, workspace, node)
		if err != nil {
			return err
		}
		if !n.Live() {
			return pedigree.Errorf(pedigree.BadState, "node %d is in the bin: restore it to comment on it", node)
		}
		c = pedigree.Comment{Workspace: workspace, Node: node, Author: pedigree.ActorOf(ctx).Name, Text: text}
		return tx.AddComment(&c)
	})
	return c, err
}

// List gives the comments of a node, oldest first, from after the one with the
// given ID (0: from the first), at most limit.
func (s *Service) List(ctx context.Context, workspace, node pedigree.NodeID, after int64, limit int) (all []pedigree.Comment, err error) {
	err = s.store.View(ctx, func(r store.Reader) error {
		if _, err := nodeIn(r, workspace, node); err != nil {
			return err
		}
		all, err = r.Comments(node, after, limit)
		return err
	})
	return all, err
}

// Get gives one comment of a node.
func (s *Service) Get(ctx context.Context, workspace, node pedigree.NodeID, id int64) (c pedigree.Comment, err error) {
	err = s.store.View(ctx, func(r store.Reader) error {
		c, err = commentOn(r, workspace, node, id)
		return err
	})
	return c, err
}

// Edit gives a comment another text; Denied where somebody else wrote it.
func (s *Service) Edit(ctx context.Context, workspace, node pedigree.NodeID, id int64, text string) (c pedigree.Comment, err error) {
	if err := check(text); err != nil {
		return c, err
	}
	err = s.store.Update(ctx, func(tx store.Tx) error {
		if c, err = commentOn(tx, workspace, node, id); err != nil {
			return err
		}
		if c.Author != pedigree.ActorOf(ctx).Name {
			return pedigree.Errorf(pedigree.Denied, "comment %d is somebody else's, who alone may change it", id)
		}
		if c.Text == text {
			return nil
		}
		if err := record(ctx, tx, &c, Edited, text); err != nil {
			return err
		}
		c.Text = text
		return tx.UpdateComment(&c)
	})
	return c, err
}

// Remove removes a comment, whoever wrote it.
func (s *Service) Remove(ctx context.Context, workspace, node pedigree.NodeID, id int64) error {
	return s.store.Update(ctx, func(tx store.Tx) error {
		c, err := commentOn(tx, workspace, node, id)
		if err != nil {
			return err
		}
		if err := record(ctx, tx, &c, Removed, ""); err != nil {
			return err
		}
		_, err = tx.DeleteComment(&c)
		return err
	})
}

// record adds a line to the history of the node: what was written once can be
// told of later.
func record(ctx context.Context, tx store.Tx, c *pedigree.Comment, what, after string) error {
	who := pedigree.ActorOf(ctx)
	return tx.AppendChange(&pedigree.Change{
		Workspace: c.Workspace, Node: c.Node, Actor: who.Name, Reason: bounded(who.Reason), What: what, Before: bounded(c.Text), After: bounded(after),
	})
}

// bounded keeps a text within what a line of the history holds.
func bounded(text string) string { return naming.Shorten(text, 4000) }

func check(text string) error {
	switch {
	case len(text) > MaxText:
		return pedigree.Errorf(pedigree.TooLarge, "a comment has at most %d bytes", MaxText)
	case !utf8.ValidString(text) || strings.Contains(text, "\x00"):
		return pedigree.Errorf(pedigree.Invalid, "a comment is text in UTF-8 without NUL characters")
	case strings.TrimSpace(text) == "":
		return pedigree.Errorf(pedigree.Invalid, "the comment is empty")
	}
	return nil
}

// nodeIn finds a node of a workspace, in the bin or not.
func nodeIn(r store.Reader, workspace, id pedigree.NodeID) (*pedigree.Node, error) {
	nodes, err := r.Nodes([]pedigree.NodeID{id})
	if err != nil {
		return nil, err
	}
	if len(nodes) == 0 || nodes[0].Workspace != workspace || nodes[0].Type == pedigree.WorkspaceType {
		return nil, pedigree.Errorf(pedigree.NotFound, "there is no node %d", id)
	}
	return &nodes[0], nil
}

// commentOn finds a comment of a node.
func commentOn(r store.Reader, workspace, node pedigree.NodeID, id int64) (pedigree.Comment, error) {
	if _, err := nodeIn(r, workspace, node); err != nil {
		return pedigree.Comment{}, err
	}
	c, err := r.Comment(id)
	if pedigree.CodeOf(err) == pedigree.NotFound || err == nil && c.Node != node {
		return c, pedigree.Errorf(pedigree.NotFound, "node %d has no comment %d", node, id)
	}
	return c, err
}
