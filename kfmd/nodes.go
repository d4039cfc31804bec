package kfmd

import (
	"net/http"
	"strconv"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/graph"
	"github.com/pedigree-ml/pedigree/query"
)

// create makes a node of the type that the path names.
func (c *collection) create(w http.ResponseWriter, r *http.Request) error {
	m, err := decode[nodeMessage](r)
	switch {
	case err != nil:
		return err
	case m == nil:
		return pedigree.Errorf(pedigree.Invalid, "unspecified %s", c.title)
	case m.ID != nil:
		return pedigree.Errorf(pedigree.Invalid, "id should remain unspecified when creating %s", c.title)
	}
	t, err := c.graph.Type(r.Context(), c.typeNamed(r.PathValue("name")))
	if err != nil {
		return err
	}
	put, err := c.decodeNode(m)
	if err != nil {
		return err
	}
	put.HasType, put.TypeID = true, t.ID
	ids, err := c.graph.PutNodes(r.Context(), workspace, []*graph.NodePut{put})
	if err != nil {
		return err
	}
	return c.answerNode(w, r, ids[0])
}

// get gives a node by its identity. Of which type the path says it is counts as
// little as it does upstream.
func (c *collection) get(w http.ResponseWriter, r *http.Request) error {
	id, err := c.id(r)
	if err != nil {
		return err
	}
	return c.answerNode(w, r, id)
}

// id reads the identity in a path.
func (c *collection) id(r *http.Request) (pedigree.NodeID, error) {
	text := r.PathValue("id")
	id, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return 0, pedigree.Errorf(pedigree.Invalid, "failed to parse %s id from %.200q", c.title, text)
	}
	return pedigree.NodeID(id), nil
}

func (c *collection) answerNode(w http.ResponseWriter, r *http.Request, id pedigree.NodeID) error {
	found, err := c.graph.Nodes(r.Context(), workspace, c.kind, []pedigree.NodeID{id})
	if err != nil {
		return err
	}
	if len(found) == 0 {
		return pedigree.Errorf(pedigree.NotFound, "there is no %s with id %d", c.title, id)
	}
	return answer(w, map[string]any{c.one: encodeNode(&found[0])})
}

// list gives the nodes of the type that the path names; none where there is no
// such type.
func (c *collection) list(w http.ResponseWriter, r *http.Request) error {
	t, err := c.graph.Type(r.Context(), c.typeNamed(r.PathValue("name")))
	if err != nil {
		if pedigree.CodeOf(err) == pedigree.NotFound {
			return answer(w, struct{}{})
		}
		return err
	}
	return c.answerNodes(w, r, t.ID)
}

// listAll gives the nodes of all types, or of the one that the query names.
func (c *collection) listAll(w http.ResponseWriter, r *http.Request) error {
	if name := r.URL.Query().Get("name"); name != "" {
		r.SetPathValue("name", name)
		return c.list(w, r)
	}
	return c.answerNodes(w, r)
}

// answerNodes lists the nodes of types, or of all. The protocol has no pages.
func (c *collection) answerNodes(w http.ResponseWriter, r *http.Request, types ...pedigree.TypeID) error {
	found, _, err := c.graph.List(r.Context(), &query.Selection{Workspace: workspace, Kind: c.kind, Types: types, By: query.Arrival})
	if err != nil {
		return err
	}
	all := make([]*nodeMessage, len(found))
	for i := range found {
		all[i] = encodeNode(&found[i])
	}
	return answerList(w, c.many, all)
}

func (c *collection) decodeNode(m *nodeMessage) (*graph.NodePut, error) {
	p := graph.NewPut(c.kind)
	if m.URI != nil && c.kind == pedigree.Artifact {
		p.Node.URI = *m.URI
	}
	if m.LastKnownState != nil && c.kind == pedigree.Execution {
		p.Node.State = string(*m.LastKnownState)
	}
	declared, err := decodeProperties(pedigree.Field, m.Properties)
	if err != nil {
		return nil, err
	}
	custom, err := decodeProperties(pedigree.Custom, m.CustomProperties)
	p.Node.Properties = append(declared, custom...)
	return p, err
}

func encodeNode(n *graph.Node) *nodeMessage {
	m := &nodeMessage{
		ID: (*number)(&n.ID), TypeID: (*number)(&n.TypeID),
		Properties: encodeProperties(n.Of(pedigree.Field)), CustomProperties: encodeProperties(n.Of(pedigree.Custom)),
	}
	if n.Type.Kind == pedigree.Artifact {
		m.URI = &n.URI
	} else if state := graph.State(&n.Node); state != "" {
		m.LastKnownState = new(executionState(state))
	}
	return m
}
