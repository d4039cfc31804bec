package mlmd

import (
	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/graph"
	"github.com/pedigree-ml/pedigree/mlmd/mlmdpb"
)

func encodeArtifact(n *graph.Node) (*mlmdpb.Artifact, error) {
	a := &mlmdpb.Artifact{
		Id: (*int64)(&n.ID), Name: nameOf(n), TypeId: (*int64)(&n.TypeID), Type: &n.Type.Name, Uri: &n.URI, ExternalId: set(n.External),
		CreateTimeSinceEpoch: (*int64)(&n.Created), LastUpdateTimeSinceEpoch: (*int64)(&n.Updated),
	}
	if state := graph.State(&n.Node); state != "" {
		a.State = mlmdpb.Artifact_State(mlmdpb.Artifact_State_value[state]).Enum()
	}
	var err error
	a.Properties, a.CustomProperties, err = encodeProperties(n)
	return a, err
}

func encodeExecution(n *graph.Node) (*mlmdpb.Execution, error) {
	e := &mlmdpb.Execution{
		Id: (*int64)(&n.ID), Name: nameOf(n), TypeId: (*int64)(&n.TypeID), Type: &n.Type.Name, ExternalId: set(n.External),
		CreateTimeSinceEpoch: (*int64)(&n.Created), LastUpdateTimeSinceEpoch: (*int64)(&n.Updated),
	}
	if state := graph.State(&n.Node); state != "" {
		e.LastKnownState = mlmdpb.Execution_State(mlmdpb.Execution_State_value[state]).Enum()
	}
	var err error
	e.Properties, e.CustomProperties, err = encodeProperties(n)
	return e, err
}

func encodeContext(n *graph.Node) (*mlmdpb.Context, error) {
	c := &mlmdpb.Context{
		Id: (*int64)(&n.ID), Name: nameOf(n), TypeId: (*int64)(&n.TypeID), Type: &n.Type.Name, ExternalId: set(n.External),
		CreateTimeSinceEpoch: (*int64)(&n.Created), LastUpdateTimeSinceEpoch: (*int64)(&n.Updated),
	}
	var err error
	c.Properties, c.CustomProperties, err = encodeProperties(n)
	return c, err
}

// encodeAll encodes nodes of one kind.
func encodeAll[M any](nodes []graph.Node, encode func(*graph.Node) (M, error)) ([]M, error) {
	messages := make([]M, 0, len(nodes))
	for i := range nodes {
		m, err := encode(&nodes[i])
		if err != nil {
			return nil, err
		}
		messages = append(messages, m)
	}
	return messages, nil
}

// nameOf tells an empty name, which is unique like any other, from none.
func nameOf(n *graph.Node) *string {
	if n.Name == "" && n.UID != "" {
		return nil
	}
	return &n.Name
}

// set leaves an empty text out.
func set(text string) *string {
	if text == "" {
		return nil
	}
	return &text
}

func encodeProperties(n *graph.Node) (declared, custom map[string]*mlmdpb.Value, err error) {
	for i := range n.Properties {
		p := &n.Properties[i]
		m := &custom
		if p.Space == pedigree.Field {
			m = &declared
		}
		if *m == nil {
			*m = make(map[string]*mlmdpb.Value)
		}
		if (*m)[p.Key], err = encodeValue(p); err != nil {
			return nil, nil, pedigree.Hide(pedigree.Internal, err, "a stored value cannot be read")
		}
	}
	return declared, custom, nil
}
