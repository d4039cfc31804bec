package query

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"

	"github.com/pedigree-ml/pedigree"
)

// A Cursor marks a place in an ordered result: the sort key of the last node
// seen, as the engine that made it wrote it. Pages that start from it neither
// repeat nor skip a node that keeps its place, whatever is written meanwhile.
type Cursor []Key

// A Key is one part of a sort key. Rank orders presence: 0 a value, 1 NaN, 2
// nothing; the value stands in Text or Number, by the kind of field.
type Key struct {
	Rank   int     `json:"r,omitempty"`
	Text   string  `json:"t,omitempty"`
	Number float64 `json:"n,omitempty"`
	Int    int64   `json:"i,omitempty"`
}

type token struct {
	Keys  Cursor `json:"k"`
	Query []byte `json:"q"`
}

// Token writes the cursor for a client: text that is opaque, and good only for
// the query that it came from. An empty cursor gives an empty token.
func (q *Query) Token(c Cursor) string {
	if len(c) == 0 {
		return ""
	}
	text, err := json.Marshal(token{Keys: c, Query: q.digest()})
	if err != nil { // a cursor holds text and finite numbers only
		panic(err)
	}
	return base64.URLEncoding.EncodeToString(text)
}

// Resume sets where the query goes on from a client's token. An empty token
// starts at the beginning. A token that is damaged or belongs to another query
// is refused as Invalid.
func (q *Query) Resume(text string) error {
	if text == "" {
		q.After = nil
		return nil
	}
	raw, err := base64.URLEncoding.DecodeString(text)
	if err != nil {
		return pedigree.Errorf(pedigree.Invalid, "Invalid page token, could not base64-decode")
	}
	var t token
	if err := json.Unmarshal(raw, &t); err != nil || len(t.Keys) == 0 {
		return pedigree.Errorf(pedigree.Invalid, "Invalid page token, parsed value is not a token of this server")
	}
	if string(t.Query) != string(q.digest()) {
		return pedigree.Errorf(pedigree.Invalid, "Invalid page token, it belongs to a search with other arguments")
	}
	q.After = t.Keys
	return nil
}

// digest stands for everything about the query but its page.
func (q *Query) digest() []byte {
	h := sha256.New()
	fmt.Fprintf(h, "%d %q %v %d %#v %#v", q.Workspace, q.Type.Name, q.Homes, q.View, q.Where, q.Order)
	return h.Sum(nil)[:8]
}
