package registry

import (
	"context"
	"slices"
	"strings"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/carry"
	"github.com/pedigree-ml/pedigree/naming"
	"github.com/pedigree-ml/pedigree/query"
	"github.com/pedigree-ml/pedigree/store"
)

// Keys of what the types of models and versions declare. Empty texts and the
// stage None are not written down.
const (
	descriptionField = "description"
	stageField       = "stage"
	runIDField       = "run_id"
	runLinkField     = "run_link"
	modelIDField     = "model_id"
	storageField     = "storage_location"
	statusField      = "status_message"
	copiedField      = "copied_from"
)

// Version finds a version by the name of its model and its number.
func (s *Service) Version(ctx context.Context, ws pedigree.NodeID, name, number string) (Version, error) {
	var version Version
	err := s.store.View(ctx, func(r store.Reader) error {
		model, n, err := versionNodes(r, ws, name, number)
		if err != nil {
			return err
		}
		version, err = describeVersion(r, &model, n)
		return err
	})
	return version, err
}

// VersionByAlias finds the version that a model gives a name to. The alias
// "latest" stands for the version with the highest number.
func (s *Service) VersionByAlias(ctx context.Context, ws pedigree.NodeID, name, alias string) (Version, error) {
	if err := checkModelName("name", name); err != nil {
		return Version{}, err
	}
	if err := checkAlias(alias); err != nil {
		return Version{}, err
	}
	var version Version
	err := s.store.View(ctx, func(r store.Reader) error {
		model, n, err := aliased(r, ws, name, alias)
		if err != nil {
			return err
		}
		version, err = describeVersion(r, &model, n)
		return err
	})
	return version, err
}

// aliased finds the version that an alias stands for, and its model.
func aliased(r store.Reader, ws pedigree.NodeID, name, alias string) (model, n pedigree.Node, err error) {
	if model, err = modelNode(r, ws, name); err != nil {
		return model, n, err
	}
	if strings.EqualFold(alias, latestAlias) {
		n, err = latestVersion(r, &model, stages)
		return model, n, err
	}
	number, ok, err := r.Property(model.ID, pedigree.Alias, alias)
	if err != nil {
		return model, n, err
	}
	if !ok {
		return model, n, naming.Invalid("Registered model alias %s not found.", shown(alias))
	}
	n, err = r.Node(ws, pedigree.ModelVersionType, versionUID(&model, number))
	n, err = living(n, err, "Model Version (name=%s, version=%s) not found", shown(name), number)
	return model, n, err
}

// latestVersion finds the highest version that is in one of some stages.
func latestVersion(r store.Reader, model *pedigree.Node, among []string) (pedigree.Node, error) {
	ids, err := latestVersions(r, model)
	if err != nil {
		return pedigree.Node{}, err
	}
	var latest pedigree.NodeID
	for _, stage := range among {
		latest = max(latest, ids[stage])
	}
	nodes, err := r.Nodes([]pedigree.NodeID{latest})
	if err != nil {
		return pedigree.Node{}, err
	}
	if len(nodes) == 0 {
		return pedigree.Node{}, pedigree.Errorf(pedigree.NotFound, "Latest version not found for model %s.", model.Name)
	}
	return nodes[0], nil
}

// DownloadURI tells where the bytes of a version are, as text.
func (s *Service) DownloadURI(ctx context.Context, ws pedigree.NodeID, name, number string) (uri string, err error) {
	err = s.store.View(ctx, func(r store.Reader) error {
		_, n, err := versionNodes(r, ws, name, number)
		if err != nil {
			return err
		}
		uri, err = locationOf(r, &n)
		return err
	})
	return uri, err
}

// locationOf is [Version.Location] of a node.
func locationOf(r store.Reader, n *pedigree.Node) (string, error) {
	uri, ok, err := r.Property(n.ID, pedigree.Field, storageField)
	if err != nil || ok {
		return uri, err
	}
	return n.URI, nil
}

// SearchVersions lists versions that are not deleted, of all models.
func (s *Service) SearchVersions(ctx context.Context, ws pedigree.NodeID, search Search) (Page[Version], error) {
	var page Page[Version]
	if err := checkMax(search.Max, maxVersionsPage); err != nil {
		return page, err
	}
	err := s.store.View(ctx, func(r store.Reader) error {
		nodes, next, err := find(r, search, ws, pedigree.ModelVersionType)
		if err != nil {
			return err
		}
		page.Next = next
		page.Items, err = describeVersions(r, nodes)
		return err
	})
	return page, err
}

// VersionsOfRuns lists the versions that came from any of runs, given by their
// UIDs, in no order.
func (s *Service) VersionsOfRuns(ctx context.Context, ws pedigree.NodeID, runs []string) ([]Version, error) {
	var all []Version
	for some := range slices.Chunk(runs, 100) {
		page, err := s.SearchVersions(ctx, ws, Search{
			Where: query.Compare{Field: query.Property{Space: pedigree.Field, Key: runIDField}, Op: query.In, Value: query.Value{Texts: some}},
			Max:   maxVersionsPage,
		})
		if err != nil {
			return nil, err
		}
		all = append(all, page.Items...)
	}
	return all, nil
}

// describeVersion adds to a version what is known of it, with its aliases.
func describeVersion(r store.Reader, model *pedigree.Node, n pedigree.Node) (Version, error) {
	facts, err := r.Facts([]pedigree.NodeID{n.ID, model.ID}, pedigree.Field, pedigree.Tag, pedigree.Alias)
	if err != nil {
		return Version{}, err
	}
	if err := carry.Mark(r, []pedigree.NodeID{n.ID}, facts[:1], pedigree.Tag); err != nil {
		return Version{}, err
	}
	v := versionOf(&n, &facts[0])
	m := Model{Aliases: aliasesIn(&facts[1])}
	v.Aliases = m.aliasesOf(v.Version)
	return v, nil
}

func versionsByID(r store.Reader, ids []pedigree.NodeID) ([]Version, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	nodes, err := r.Nodes(ids)
	if err != nil {
		return nil, err
	}
	return describeVersions(r, nodes)
}

// describeVersions adds to versions what is known of them, but their aliases.
func describeVersions(r store.Reader, nodes []pedigree.Node) ([]Version, error) {
	if len(nodes) == 0 {
		return nil, nil
	}
	facts, err := r.Facts(idsOf(nodes), pedigree.Field, pedigree.Tag)
	if err != nil {
		return nil, err
	}
	if err := carry.Mark(r, idsOf(nodes), facts, pedigree.Tag); err != nil {
		return nil, err
	}
	versions := make([]Version, len(nodes))
	for i := range nodes {
		versions[i] = versionOf(&nodes[i], &facts[i])
	}
	return versions, nil
}

func versionOf(n *pedigree.Node, f *pedigree.Facts) Version {
	v := Version{Node: *n, Stage: stageNone, Tags: f.Of(pedigree.Tag)}
	for _, p := range f.Of(pedigree.Field) {
		if at := v.field(p.Key); at != nil {
			*at = p.Value
		}
	}
	return v
}

// field gives the place of a field by its key, nil for one that a version does
// not have.
func (v *Version) field(key string) *string {
	switch key {
	case descriptionField:
		return &v.Description
	case stageField:
		return &v.Stage
	case runIDField:
		return &v.RunID
	case runLinkField:
		return &v.RunLink
	case modelIDField:
		return &v.ModelID
	case storageField:
		return &v.StorageLocation
	case statusField:
		return &v.StatusMessage
	case copiedField:
		return &v.CopiedFrom
	}
	return nil
}

// fields lists what is written down of a new version.
func (v *Version) fields() []pedigree.Property {
	var fields []pedigree.Property
	for _, key := range []string{descriptionField, runIDField, runLinkField, modelIDField, storageField, copiedField} {
		if value := *v.field(key); value != "" {
			fields = append(fields, pedigree.Property{Space: pedigree.Field, Key: key, Value: value})
		}
	}
	return fields
}
