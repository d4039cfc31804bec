package mlflow

import (
	"net/http"

	"github.com/pedigree-ml/pedigree/query"
	"github.com/pedigree-ml/pedigree/query/mlflowql"
	"github.com/pedigree-ml/pedigree/registry"
)

// Sizes of pages: those that a client gets who asks for none, and the largest.
// Versions come all at once unless a client asks for less, as old clients do
// not ask for a second page.
const (
	defaultRegisteredPage = 100
	maxRegisteredPage     = 1000
	maxVersionsPage       = 200_000
)

type registrySearch struct {
	Filter    string
	Order     []string
	Max       int
	PageToken string
}

func searchShape(limit int) shape[registrySearch] {
	return shape[registrySearch]{
		text("filter", func(m *registrySearch) *string { return &m.Filter }),
		atMost(limit, "max_results", func(m *registrySearch) *int { return &m.Max }),
		texts("order_by", func(m *registrySearch) *[]string { return &m.Order }),
		text("page_token", func(m *registrySearch) *string { return &m.PageToken }),
	}
}

var (
	searchRegisteredShape = searchShape(maxRegisteredPage)
	searchVersionsShape   = searchShape(maxVersionsPage)
)

// parse reads the filter and the order.
func (m *registrySearch) parse(filter func(string) (query.Expr, error), order func([]string) ([]query.Order, error)) (registry.Search, error) {
	search := registry.Search{Max: m.Max, PageToken: m.PageToken}
	var err error
	if search.Where, err = filter(m.Filter); err != nil {
		return search, err
	}
	search.Order, err = order(m.Order)
	return search, err
}

func (h *Handler) searchRegisteredModels(w http.ResponseWriter, r *http.Request) error {
	m, err := decode(r, searchRegisteredShape, registrySearch{Max: defaultRegisteredPage})
	if err != nil {
		return err
	}
	search, err := m.parse(mlflowql.ParseModels, mlflowql.OrderModels)
	if err != nil {
		return err
	}
	page, err := h.registry.SearchModels(r.Context(), h.workspace(), search)
	if err != nil {
		return err
	}
	writePage(w, "registered_models", page.Items, page.Next, appendRegisteredModel)
	return nil
}

func (h *Handler) searchVersions(w http.ResponseWriter, r *http.Request) error {
	m, err := decode(r, searchVersionsShape, registrySearch{Max: maxVersionsPage})
	if err != nil {
		return err
	}
	search, err := m.parse(mlflowql.ParseVersions, mlflowql.OrderVersions)
	if err != nil {
		return err
	}
	page, err := h.registry.SearchVersions(r.Context(), h.workspace(), search)
	if err != nil {
		return err
	}
	writePage(w, "model_versions", page.Items, page.Next, appendVersion)
	return nil
}

func appendRegisteredModel(b []byte, m *registry.Model) []byte {
	b = textMember(append(b, '{'), "name", m.Name)
	b = intMember(b, "creation_timestamp", int64(m.Created))
	b = intMember(b, "last_updated_timestamp", int64(m.Updated))
	b = textIfAny(b, "description", m.Description)
	if len(m.Latest) > 0 {
		b = append(member(b, "latest_versions"), '[')
		for i := range m.Latest {
			b = appendVersion(element(b), &m.Latest[i])
		}
		b = append(b, ']')
	}
	b = appendProperties(b, "tags", m.Tags)
	if len(m.Aliases) > 0 {
		b = append(member(b, "aliases"), '[')
		for _, a := range m.Aliases {
			b = textMember(append(element(b), '{'), "alias", a.Name)
			b = append(textMember(b, "version", a.Version), '}')
		}
		b = append(b, ']')
	}
	return append(b, '}')
}

func appendVersion(b []byte, v *registry.Version) []byte {
	b = textMember(append(b, '{'), "name", v.Name)
	b = textMember(b, "version", v.Version)
	b = intMember(b, "creation_timestamp", int64(v.Created))
	b = intMember(b, "last_updated_timestamp", int64(v.Updated))
	b = textMember(b, "current_stage", v.Stage)
	b = textMember(b, "description", v.Description)
	b = textMember(b, "source", v.URI)
	b = textMember(b, "run_id", v.RunID)
	b = textMember(b, "status", v.State)
	b = textIfAny(b, "status_message", v.StatusMessage)
	b = appendProperties(b, "tags", v.Tags)
	b = textMember(b, "run_link", v.RunLink)
	if len(v.Aliases) > 0 {
		b = append(member(b, "aliases"), '[')
		for _, a := range v.Aliases {
			b = appendString(element(b), a)
		}
		b = append(b, ']')
	}
	return append(b, '}')
}
