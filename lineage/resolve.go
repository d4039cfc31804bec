package lineage

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/identity"
	"github.com/pedigree-ml/pedigree/naming"
	"github.com/pedigree-ml/pedigree/store"
)

// Resolve finds the nodes that a reference names, by identity. It is one of
//
//	17                           a node, by its identity
//	mlmd:artifact/17             likewise, of a kind: artifact, execution or context
//	runs:/ID                     an MLflow run; with a path, what lies there
//	models:/NAME                 a registered model
//	models:/NAME/VERSION         one of its versions, also by stage or "latest"
//	models:/NAME@ALIAS           likewise
//	models:/m-ID                 a logged model
//	openlineage:NAMESPACE/NAME   a data set or job
//	atlas:GUID                   an entity of Atlas
//	s3://bucket/key              whatever is there, in any version unless the URI names one
//
// Nodes in the bin are given where there are no others. The error is NotFound
// where there are none at all.
func (s *Service) Resolve(ctx context.Context, workspace pedigree.NodeID, ref string) (nodes []Node, err error) {
	err = s.store.View(ctx, func(r store.Reader) error {
		l := lookup{r, workspace}
		ids, err := l.find(strings.TrimSpace(ref))
		if err != nil {
			return err
		}
		nodes, err = l.nodes(ids)
		return err
	})
	if err == nil && len(nodes) == 0 {
		err = pedigree.Errorf(pedigree.NotFound, "there is no node %s", strconv.Quote(ref))
	}
	return nodes, err
}

// A lookup resolves references in one workspace.
type lookup struct {
	store.Reader
	workspace pedigree.NodeID
}

func (l lookup) find(ref string) ([]pedigree.NodeID, error) {
	if id, err := strconv.ParseInt(ref, 10, 64); err == nil {
		return []pedigree.NodeID{pedigree.NodeID(id)}, nil
	}
	scheme, rest, _ := strings.Cut(ref, ":")
	switch strings.ToLower(scheme) {
	case "mlmd":
		return l.numbered(rest)
	case "openlineage":
		return l.openlineage(rest)
	case "atlas":
		return l.entity(rest)
	case "runs":
		if run := strings.Trim(rest, "/"); !strings.Contains(run, "/") {
			return l.uid(pedigree.RunType, run)
		}
	case "models":
		if name := strings.Trim(rest, "/"); !strings.ContainsAny(name, "/@") {
			return l.model(name)
		}
	}
	return l.at(ref)
}

// entity finds an entity that came through Atlas by its guid.
func (l lookup) entity(guid string) (ids []pedigree.NodeID, err error) {
	for kind := pedigree.Artifact; kind <= pedigree.Context; kind++ {
		nodes, err := l.NodesExternal(l.workspace, kind, []string{guid})
		if err != nil {
			return nil, err
		}
		for i := range nodes {
			if nodes[i].Type.Protocol() == pedigree.ProtocolAtlas {
				ids = append(ids, nodes[i].ID)
			}
		}
	}
	return ids, nil
}

// nodes reads the nodes of the workspace; those in the bin only where there are
// no others.
func (l lookup) nodes(ids []pedigree.NodeID) ([]Node, error) {
	slices.Sort(ids)
	vertices, err := l.Vertices(slices.Compact(ids))
	if err != nil {
		return nil, err
	}
	var live, bin []Node
	for _, v := range vertices {
		switch {
		case v.Workspace != l.workspace || v.Type == pedigree.WorkspaceType:
		case v.Deleted.Set():
			bin = append(bin, Node{Vertex: v})
		default:
			live = append(live, Node{Vertex: v})
		}
	}
	if len(live) == 0 {
		return bin, nil
	}
	return live, nil
}

// numbered reads kind/identity.
func (l lookup) numbered(text string) ([]pedigree.NodeID, error) {
	name, number, _ := strings.Cut(text, "/")
	id, err := strconv.ParseInt(number, 10, 64)
	if err != nil {
		return nil, pedigree.Errorf(pedigree.Invalid, "a node of ML Metadata is written mlmd:artifact/17, mlmd:execution/17 or mlmd:context/17")
	}
	vertices, err := l.Vertices([]pedigree.NodeID{pedigree.NodeID(id)})
	if err != nil || len(vertices) == 0 || vertices[0].Type.Kind.String() != name {
		return nil, err
	}
	return []pedigree.NodeID{vertices[0].ID}, nil
}

// uid finds a node of a type by its public identity.
func (l lookup) uid(t pedigree.Type, uid string) ([]pedigree.NodeID, error) {
	return one(l.Node(l.workspace, t, uid))
}

// one makes of a lookup that finds nothing no node.
func one(n pedigree.Node, err error) ([]pedigree.NodeID, error) {
	if err != nil {
		if pedigree.CodeOf(err) == pedigree.NotFound {
			err = nil
		}
		return nil, err
	}
	return []pedigree.NodeID{n.ID}, nil
}

// model finds a logged model, or a registered one by name.
func (l lookup) model(name string) ([]pedigree.NodeID, error) {
	ids, err := l.uid(pedigree.LoggedModelType, name)
	if err != nil || len(ids) > 0 {
		return ids, err
	}
	return one(l.NodeNamed(l.workspace, pedigree.RegisteredModelType, name))
}

// at finds what is at a location.
func (l lookup) at(uri string) ([]pedigree.NodeID, error) {
	location, ok, err := identity.Resolve(l, l.workspace, uri)
	if err != nil {
		return nil, err
	}
	if !ok {
		return nil, pedigree.Errorf(pedigree.Invalid, "%s is neither a URI nor another reference to a node", strconv.Quote(uri))
	}
	ids, err := l.located(location)
	if version, ok := strings.CutPrefix(location.URI, "models:/"); ok && err == nil && len(ids) == 0 {
		ids, err = l.uid(pedigree.ModelVersionType, version)
	}
	if err != nil || len(ids) > 0 {
		return ids, err
	}
	nodes, err := l.NodesAt(l.workspace, []string{uri}) // those not located yet
	for i := range nodes {
		ids = append(ids, nodes[i].ID)
	}
	return ids, err
}

func (l lookup) located(location pedigree.Location) ([]pedigree.NodeID, error) {
	numbers, err := l.Locations(l.workspace, location.URI)
	if err != nil || numbers[0] == 0 {
		return nil, err
	}
	places, err := l.PlacesFrom(numbers[0], 0, maxCrowd)
	var ids []pedigree.NodeID
	for _, p := range places {
		if location.Version == "" || p.Version == location.Version {
			ids = append(ids, p.Node)
		}
	}
	return ids, err
}

// openlineage finds a data set or a job by namespace and name. Both may hold
// slashes, so the namespace ends with any of them, but for those of a scheme.
// That does not matter to where a data set is; of jobs the first found counts.
func (l lookup) openlineage(text string) ([]pedigree.NodeID, error) {
	looked := false
	for at := range text {
		if text[at] != '/' || strings.HasSuffix(text[:at], ":") || strings.HasSuffix(text[:at], ":/") {
			continue
		}
		namespace, name := text[:at], text[at+1:]
		if !looked {
			looked = true
			if ids, err := l.dataset(namespace, name); err != nil || len(ids) > 0 {
				return ids, err
			}
		}
		if ids, err := l.uid(pedigree.JobType, naming.Qualify(namespace, name)); err != nil || len(ids) > 0 {
			return ids, err
		}
	}
	return nil, nil
}

func (l lookup) dataset(namespace, name string) ([]pedigree.NodeID, error) {
	location, ok := identity.Dataset(namespace, name)
	if !ok {
		return nil, nil
	}
	return l.located(location)
}
