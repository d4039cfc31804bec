// Package client calls a Pedigree server by its own protocol, for programs in Go
// and for the command line.
package client

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/api"
)

// A Client calls one server. It is safe for use by many goroutines.
type Client struct {
	base *url.URL
	http *http.Client
}

// New returns a client of the server at a URL such as http://127.0.0.1:5000. It
// follows no redirects: they lead to no Pedigree server.
func New(server string) (*Client, error) {
	base, err := url.Parse(server)
	if err != nil || base.Scheme != "http" && base.Scheme != "https" || base.Host == "" {
		return nil, fmt.Errorf("%s is not the URL of a server, such as http://127.0.0.1:5000", server)
	}
	return &Client{base, &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}, nil
}

// An Error is what a server says of a request that it refuses.
type Error struct{ api.Problem }

// Error gives the server's words.
func (e *Error) Error() string { return e.Detail }

// A Search asks for nodes of every type and wire.
type Search struct {
	Filter string // such as kind = 'artifact' AND tags.team = 'a'; empty for any
	Words  string // that stand in the nodes; empty for any
	Order  string // id, created or updated, with a minus for the newest first; empty stands for -updated
	Limit  int    // nodes of a page; 0 stands for the server's number
	Page   string // the Next of the page before
	Counts bool   // count what is found by type and state

	Facets []string // count what is found by each of these: kind, type, state, protocol, workspace, owner, created, tag
	Values int      // of a facet at most; 0 stands for the server's number
}

// Search gives one page of what is found.
func (c *Client) Search(ctx context.Context, s Search) (*api.SearchAnswer, error) {
	values := url.Values{"filter": {s.Filter}, "words": {s.Words}, "order_by": {s.Order}, "page": {s.Page}}
	if s.Limit > 0 {
		values.Set("limit", strconv.Itoa(s.Limit))
	}
	if s.Counts {
		values.Set("counts", "true")
	}
	if len(s.Facets) > 0 {
		values["facet"] = s.Facets
	}
	if s.Values > 0 {
		values.Set("facet_values", strconv.Itoa(s.Values))
	}
	return get[api.SearchAnswer](ctx, c, "search", values)
}

// Nodes tells all about the nodes that a reference names: a number, a URI,
// models:/name/version, runs:/id and the like.
func (c *Client) Nodes(ctx context.Context, ref string) (*api.NodesAnswer, error) {
	return get[api.NodesAnswer](ctx, c, "nodes", url.Values{"ref": {ref}})
}

// A Lineage asks for what is joined to the nodes that a reference names.
type Lineage struct {
	Ref       string
	Direction string // upstream, downstream or both; empty stands for both
	Depth     int    // hops at most; 0 for no limit
	AsOf      string // a moment: the graph as it was then; empty for now
}

// Lineage gives all of it at once.
func (c *Client) Lineage(ctx context.Context, l Lineage) (*api.LineageAnswer, error) {
	values := url.Values{"ref": {l.Ref}, "direction": {l.Direction}, "as_of": {l.AsOf}}
	if l.Depth > 0 {
		values.Set("depth", strconv.Itoa(l.Depth))
	}
	return get[api.LineageAnswer](ctx, c, "lineage", values)
}

// Impact tells which runs, models, endpoints and artifacts depend on something.
func (c *Client) Impact(ctx context.Context, ref string) (*api.ImpactAnswer, error) {
	return get[api.ImpactAnswer](ctx, c, "impact", url.Values{"ref": {ref}})
}

// Provenance tells everything needed to repeat what led to something.
func (c *Client) Provenance(ctx context.Context, ref string) (*api.ProvenanceAnswer, error) {
	return get[api.ProvenanceAnswer](ctx, c, "provenance", url.Values{"ref": {ref}})
}

// Diff tells what changed upstream between two things.
func (c *Client) Diff(ctx context.Context, left, right string) (*api.DiffAnswer, error) {
	return get[api.DiffAnswer](ctx, c, "diff", url.Values{"left": {left}, "right": {right}})
}

// Path tells how two things are tied: the nodes between them, in order.
func (c *Client) Path(ctx context.Context, from, to string) (*api.LineageAnswer, error) {
	return get[api.LineageAnswer](ctx, c, "path", url.Values{"from": {from}, "to": {to}})
}

// Columns tells which columns were made from which; of all columns of the artifact
// where column is empty. Direction is as in [Lineage].
func (c *Client) Columns(ctx context.Context, ref, column, direction string) (*api.ColumnsAnswer, error) {
	return get[api.ColumnsAnswer](ctx, c, "columns", url.Values{"ref": {ref}, "column": {column}, "direction": {direction}})
}

// A Deletion asks to remove a node for ever with all that hangs on it.
type Deletion struct {
	Node    pedigree.NodeID
	Members bool   // of a context: and what belongs to it alone
	DryRun  bool   // change nothing, but tell what would go
	List    int    // how many nodes to name; 0 stands for the server's number
	Reason  string // for the history
}

// Delete removes a node, or tells what that would take.
func (c *Client) Delete(ctx context.Context, d Deletion) (*api.DeletedAnswer, error) {
	values := url.Values{"reason": {d.Reason}}
	if d.Members {
		values.Set("members", "true")
	}
	if d.DryRun {
		values.Set("dry_run", "true")
	}
	if d.List > 0 {
		values.Set("limit", strconv.Itoa(d.List))
	}
	return call[api.DeletedAnswer](ctx, c, http.MethodDelete, nodePath(d.Node), values, nil)
}

// get reads one answer.
func get[T any](ctx context.Context, c *Client, path string, values url.Values) (*T, error) {
	return call[T](ctx, c, http.MethodGet, path, values, nil)
}

// nodePath is where a node is, and what is below it.
func nodePath(node pedigree.NodeID, below ...string) string {
	return strings.Join(append([]string{"nodes", strconv.FormatInt(int64(node), 10)}, below...), "/")
}

// call makes one call, with a body unless that is nil, and reads its answer.
// Parameters that are empty are left out.
func call[T any](ctx context.Context, c *Client, method, path string, values url.Values, send any) (*T, error) {
	for name := range values {
		if values.Get(name) == "" {
			values.Del(name)
		}
	}
	body, err := c.do(ctx, method, path, values, send)
	if err != nil {
		return nil, err
	}
	defer body.Close()
	v := new(T)
	if err := json.NewDecoder(body).Decode(v); err != nil {
		return nil, fmt.Errorf("the answer of the server at %s was cut short or is none of a Pedigree server: %w", c.base.Redacted(), err)
	}
	return v, nil
}

// do gives the body of an answer that is a good one.
func (c *Client) do(ctx context.Context, method, path string, values url.Values, send any) (io.ReadCloser, error) {
	at := c.base.JoinPath("/api/pedigree/v1", path)
	at.RawQuery = values.Encode()
	var sent io.Reader
	if send != nil {
		text, err := json.Marshal(send)
		if err != nil {
			return nil, err
		}
		sent = bytes.NewReader(text)
	}
	request, err := http.NewRequestWithContext(ctx, method, at.String(), sent)
	if err != nil {
		return nil, err
	}
	if sent != nil {
		request.Header.Set("Content-Type", "application/json")
	}
	answer, err := c.http.Do(request)
	if err != nil {
		return nil, fmt.Errorf("the server at %s cannot be reached: %w", c.base.Redacted(), errors.Unwrap(err))
	}
	if answer.StatusCode != http.StatusOK && answer.StatusCode != http.StatusCreated {
		defer answer.Body.Close()
		return nil, c.refusal(answer)
	}
	return answer.Body, nil
}

// VerifyModel has the server read the files of a model version, which may take
// long, and gives each line of what it finds as it comes. The last has a result
// or an error; the answer was cut short where there is no such line.
func (c *Client) VerifyModel(ctx context.Context, name, version string, give func(*api.VerifyLine) (last bool, err error)) error {
	body, err := c.do(ctx, http.MethodPost, "model-version/verify", url.Values{"name": {name}, "version": {version}}, nil)
	if err != nil {
		return err
	}
	defer body.Close()
	for lines := json.NewDecoder(body); ; {
		var line api.VerifyLine
		if err := lines.Decode(&line); err != nil {
			return fmt.Errorf("the server's answer was cut short: %w", err)
		}
		if last, err := give(&line); last || err != nil {
			return err
		}
	}
}

// refusal gives the words in which a server said no.
func (c *Client) refusal(answer *http.Response) error {
	var e Error
	if json.NewDecoder(io.LimitReader(answer.Body, 1<<20)).Decode(&e.Problem) == nil && e.Detail != "" {
		return &e
	}
	return fmt.Errorf("%s answered %s, it does not seem to be a Pedigree server", c.base.Redacted(), strings.TrimSpace(answer.Status))
}
