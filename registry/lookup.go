package registry

import (
	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/naming"
	"github.com/pedigree-ml/pedigree/store"
)

// modelNode finds a model that is not deleted.
func modelNode(r store.Reader, ws pedigree.NodeID, name string) (pedigree.Node, error) {
	if err := checkModelName("name", name); err != nil {
		return pedigree.Node{}, err
	}
	n, err := r.NodeNamed(ws, pedigree.RegisteredModelType, name)
	return living(n, err, "Registered Model with name=%s not found", shown(name))
}

// versionNodes finds a version that is not deleted, and its model.
func versionNodes(r store.Reader, ws pedigree.NodeID, name, version string) (model, n pedigree.Node, err error) {
	if model, n, err = anyVersion(r, ws, name, version); err == nil && !n.Live() {
		err = missingVersion(name, n.Version)
	}
	return model, n, err
}

// anyVersion finds a version of a model that is not deleted; the version may be.
func anyVersion(r store.Reader, ws pedigree.NodeID, name, version string) (model, n pedigree.Node, err error) {
	if err := checkModelName("name", name); err != nil {
		return model, n, err
	}
	number, err := versionNumber(version)
	if err != nil {
		return model, n, err
	}
	model, err = modelNode(r, ws, name)
	if err == nil {
		n, err = r.Node(ws, pedigree.ModelVersionType, versionUID(&model, number))
	}
	if pedigree.CodeOf(err) == pedigree.NotFound {
		err = missingVersion(name, number)
	}
	return model, n, err
}

// everVersion finds a version, deleted or not, by the name or the UID of its
// model. A model that was deleted has no name but its UID.
func everVersion(r store.Reader, ws pedigree.NodeID, name, version string) (model, n pedigree.Node, err error) {
	model, n, err = anyVersion(r, ws, name, version)
	if pedigree.CodeOf(err) != pedigree.NotFound {
		return model, n, err
	}
	deleted, absent := r.Node(ws, pedigree.RegisteredModelType, name)
	if absent != nil {
		return model, n, err
	}
	number, _ := versionNumber(version) // it was read before
	if n, absent = r.Node(ws, pedigree.ModelVersionType, versionUID(&deleted, number)); absent != nil {
		return model, n, err
	}
	return deleted, n, nil
}

func missingVersion(name, number string) error {
	return pedigree.Errorf(pedigree.NotFound, "Model Version (name=%s, version=%s) not found", shown(name), shown(number))
}

// versionUID is the public identity of a version: that of its model and its
// number, so that either leads to the other.
func versionUID(model *pedigree.Node, number string) string {
	return naming.UIDOfVersion(model.UID, number)
}

// living gives a node that is missing or in the bin the words for it.
func living(n pedigree.Node, err error, format string, args ...any) (pedigree.Node, error) {
	if err == nil && !n.Live() || err != nil && pedigree.CodeOf(err) == pedigree.NotFound {
		return n, pedigree.Errorf(pedigree.NotFound, format, args...)
	}
	return n, err
}

func idsOf(nodes []pedigree.Node) []pedigree.NodeID {
	ids := make([]pedigree.NodeID, len(nodes))
	for i := range nodes {
		ids[i] = nodes[i].ID
	}
	return ids
}

// inSpace copies properties into a space. Of those with one key the last
// stands, at the place of the first.
func inSpace(space pedigree.Space, properties []pedigree.Property) []pedigree.Property {
	out := make([]pedigree.Property, 0, len(properties))
	places := make(map[string]int, len(properties))
	for _, p := range properties {
		p.Space = space
		if i, seen := places[p.Key]; seen {
			out[i] = p
			continue
		}
		places[p.Key] = len(out)
		out = append(out, p)
	}
	return out
}
