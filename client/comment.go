package client

import (
	"context"
	"net/http"
	"net/url"
	"strconv"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/api"
)

// Comments gives a page of the comments on a node, oldest first. After is the
// Next of the page before, empty for the first page.
func (c *Client) Comments(ctx context.Context, node pedigree.NodeID, after string) (*api.CommentsAnswer, error) {
	return get[api.CommentsAnswer](ctx, c, nodePath(node, "comments"), url.Values{"after": {after}})
}

// AddComment writes a comment below a node, in Markdown.
func (c *Client) AddComment(ctx context.Context, node pedigree.NodeID, text string) (*api.Comment, error) {
	return call[api.Comment](ctx, c, http.MethodPost, nodePath(node, "comments"), nil, api.CommentDraft{Text: text})
}

// EditComment gives a comment another text. Its author alone may.
func (c *Client) EditComment(ctx context.Context, node pedigree.NodeID, comment int64, text string) (*api.Comment, error) {
	return call[api.Comment](ctx, c, http.MethodPatch, commentPath(node, comment), nil, api.CommentDraft{Text: text})
}

// DeleteComment removes a comment. The reason is for the history.
func (c *Client) DeleteComment(ctx context.Context, node pedigree.NodeID, comment int64, reason string) error {
	_, err := call[api.Nothing](ctx, c, http.MethodDelete, commentPath(node, comment), url.Values{"reason": {reason}}, nil)
	return err
}

func commentPath(node pedigree.NodeID, comment int64) string {
	return nodePath(node, "comments", strconv.FormatInt(comment, 10))
}
