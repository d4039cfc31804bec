package registry

import (
	"context"
	"slices"
	"strings"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/carry"
	"github.com/pedigree-ml/pedigree/naming"
	"github.com/pedigree-ml/pedigree/store"
)

// Model finds a model by its name.
func (s *Service) Model(ctx context.Context, ws pedigree.NodeID, name string) (Model, error) {
	var model Model
	err := s.store.View(ctx, func(r store.Reader) error {
		n, err := modelNode(r, ws, name)
		if err != nil {
			return err
		}
		model, err = describeModel(r, n)
		return err
	})
	return model, err
}

// Sizes of the largest pages.
const (
	maxModelsPage   = 1000
	maxVersionsPage = 200_000
)

// SearchModels lists models that are not deleted.
func (s *Service) SearchModels(ctx context.Context, ws pedigree.NodeID, search Search) (Page[Model], error) {
	var page Page[Model]
	if err := checkMax(search.Max, maxModelsPage); err != nil {
		return page, err
	}
	err := s.store.View(ctx, func(r store.Reader) error {
		nodes, next, err := find(r, search, ws, pedigree.RegisteredModelType)
		if err != nil {
			return err
		}
		page.Next = next
		page.Items, err = describeModels(r, nodes)
		return err
	})
	return page, err
}

// LatestVersions gives the latest version of each of some stages, or of every
// stage, by number. Stages without a version are left out.
func (s *Service) LatestVersions(ctx context.Context, ws pedigree.NodeID, name string, wanted []string) ([]Version, error) {
	var latest []Version
	err := s.store.View(ctx, func(r store.Reader) error {
		n, err := modelNode(r, ws, name)
		if err != nil {
			return err
		}
		wanted := slices.Clone(wanted)
		for i := range wanted {
			if wanted[i], err = canonicalStage(wanted[i]); err != nil {
				return err
			}
		}
		model, err := describeModel(r, n)
		if err != nil {
			return err
		}
		latest = slices.DeleteFunc(model.Latest, func(v Version) bool {
			return len(wanted) > 0 && !slices.Contains(wanted, v.Stage)
		})
		for i := range latest {
			latest[i].Aliases = model.aliasesOf(latest[i].Version)
		}
		return nil
	})
	return latest, err
}

// aliasesOf lists the aliases of one version, in order.
func (m *Model) aliasesOf(number string) []string {
	var names []string
	for _, a := range m.Aliases {
		if a.Version == number {
			names = append(names, a.Name)
		}
	}
	return names
}

func describeModel(r store.Reader, n pedigree.Node) (Model, error) {
	models, err := describeModels(r, []pedigree.Node{n})
	if err != nil {
		return Model{}, err
	}
	return models[0], nil
}

// describeModels adds to models what is known of them. It asks the store the
// same few questions however many models there are.
func describeModels(r store.Reader, nodes []pedigree.Node) ([]Model, error) {
	if len(nodes) == 0 {
		return nil, nil
	}
	facts, err := r.Facts(idsOf(nodes), pedigree.Field, pedigree.Tag, pedigree.Alias)
	if err != nil {
		return nil, err
	}
	if err := carry.Mark(r, idsOf(nodes), facts, pedigree.Tag); err != nil {
		return nil, err
	}
	models := make([]Model, len(nodes))
	owner := make(map[pedigree.NodeID]int) // of each latest version, its model
	var wanted []pedigree.NodeID
	for i := range nodes {
		models[i] = modelOf(&nodes[i], &facts[i])
		for _, id := range latestIn(facts[i].Of(pedigree.Field)) {
			owner[id] = i
			wanted = append(wanted, id)
		}
	}
	slices.Sort(wanted)
	latest, err := versionsByID(r, wanted)
	if err != nil {
		return nil, err
	}
	for i := range latest {
		m := &models[owner[latest[i].ID]]
		m.Latest = append(m.Latest, latest[i])
	}
	return models, nil
}

func modelOf(n *pedigree.Node, f *pedigree.Facts) Model {
	m := Model{Node: *n, Tags: f.Of(pedigree.Tag), Aliases: aliasesIn(f)}
	for _, p := range f.Of(pedigree.Field) {
		if p.Key == descriptionField {
			m.Description = p.Value
		}
	}
	return m
}

// aliasesIn reads the aliases of a model, by name.
func aliasesIn(f *pedigree.Facts) []Alias {
	var aliases []Alias
	for _, p := range f.Of(pedigree.Alias) {
		aliases = append(aliases, Alias{Name: p.Key, Version: p.Value})
	}
	slices.SortFunc(aliases, func(a, b Alias) int { return strings.Compare(a.Name, b.Name) })
	return aliases
}

func checkMax(n, limit int) error {
	if n < 1 {
		return naming.Invalid("Invalid value for max_results. It must be a positive integer, but got %d", n)
	}
	if n > limit {
		return naming.Invalid("Invalid value for request parameter max_results. It must be at most %d, but got value %d", limit, n)
	}
	return nil
}
