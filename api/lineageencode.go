package api

import (
	"encoding/json"
	"slices"
	"strconv"

	"github.com/go-json-experiment/json/jsontext"
)

// Lineages are the largest answers, thousands of nodes and edges, so these are
// written without reflection, which takes four times as long: a sixth of a whole
// request. A test holds what is written here against what encoding/json writes.

// What a node and an edge take at least, to make room for all at once.
const nodeRoom, edgeRoom = 256, 48

// appendJSON writes the answer.
func (a *LineageAnswer) appendJSON(b []byte) []byte {
	b = slices.Grow(b, nodeRoom*len(a.Nodes)+edgeRoom*len(a.Edges))
	b = append(b, `{"nodes":[`...)
	for i := range a.Nodes {
		if i > 0 {
			b = append(b, ',')
		}
		b = a.Nodes[i].appendJSON(b)
	}
	b = append(b, `],"edges":[`...)
	for i := range a.Edges {
		if i > 0 {
			b = append(b, ',')
		}
		b = a.Edges[i].appendJSON(b)
	}
	b = append(b, "],"...)
	text, err := json.Marshal(struct { // the rest, which is little
		*LineageAnswer
		Nodes *struct{} `json:"nodes,omitempty"`
		Edges *struct{} `json:"edges,omitempty"`
	}{LineageAnswer: a})
	if err != nil {
		panic(err) // numbers and texts have a JSON
	}
	return append(b, text[1:]...)
}

func (n *LineageNode) appendJSON(b []byte) []byte {
	b = append(b, '{')
	b = appendInt(b, `"id":`, int64(n.ID))
	b = appendText(b, `,"kind":`, n.Kind)
	b = appendText(b, `,"type":`, n.Type)
	b = appendText(b, `,"protocol":`, n.Protocol)
	b = appendText(b, `,"name":`, n.Name)
	b = appendText(b, `,"uri":`, n.URI)
	b = appendText(b, `,"workspace":`, n.Workspace)
	b = appendText(b, `,"uid":`, n.UID)
	b = appendIfAny(b, `,"version":`, n.Version)
	b = appendInt(b, `,"depth":`, int64(n.Depth))
	b = appendText(b, `,"created":`, n.Created)
	b = appendIfAny(b, `,"deleted":`, n.Deleted)
	return append(b, '}')
}

func (e *Edge) appendJSON(b []byte) []byte {
	b = appendInt(b, `{"from":`, int64(e.From))
	b = appendInt(b, `,"to":`, int64(e.To))
	return append(appendText(b, `,"kind":`, e.Kind), '}')
}

// The names of members come with their quotes, and the comma before them.

func appendInt(b []byte, name string, v int64) []byte {
	return strconv.AppendInt(append(b, name...), v, 10)
}

func appendText(b []byte, name, v string) []byte {
	b, _ = jsontext.AppendQuote(append(b, name...), v) // what is no UTF-8 is replaced
	return b
}

func appendIfAny(b []byte, name, v string) []byte {
	if v == "" {
		return b
	}
	return appendText(b, name, v)
}
