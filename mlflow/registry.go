package mlflow

import (
	"context"
	"net/http"
	"strings"
	"unicode"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/registry"
	"github.com/pedigree-ml/pedigree/route"
)

// registryOperations are the rows of registered models and their versions.
func (h *Handler) registryOperations() []operation {
	const models, versions = "/2.0/mlflow/registered-models", "/2.0/mlflow/model-versions"
	return []operation{
		{"POST", models + "/create", route.Write, h.createRegisteredModel},
		{"GET", models + "/get", route.Read, h.getRegisteredModel},
		{"GET", models + "/search", route.Read, h.searchRegisteredModels},
		{"POST", models + "/rename", route.Write, h.renameRegisteredModel},
		{"PATCH", models + "/update", route.Write, h.updateRegisteredModel},
		{"DELETE", models + "/delete", route.Delete, h.deleteRegisteredModel},
		{"GET", models + "/get-latest-versions", route.Read, h.getLatestVersions},
		{"POST", models + "/get-latest-versions", route.Read, h.getLatestVersions},
		{"POST", models + "/set-tag", route.Write, h.setRegisteredModelTag},
		{"DELETE", models + "/delete-tag", route.Write, h.deleteRegisteredModelTag},
		{"POST", models + "/alias", route.Write, h.setAlias},
		{"DELETE", models + "/alias", route.Write, h.deleteAlias},
		{"GET", models + "/alias", route.Read, h.getVersionByAlias},

		{"POST", versions + "/create", route.Write, h.createVersion},
		{"GET", versions + "/get", route.Read, h.getVersion},
		{"GET", versions + "/search", route.Read, h.searchVersions},
		{"PATCH", versions + "/update", route.Write, h.updateVersion},
		{"DELETE", versions + "/delete", route.Delete, h.deleteVersion},
		{"POST", versions + "/transition-stage", route.Write, h.transitionStage},
		{"GET", versions + "/get-download-uri", route.Read, h.getDownloadURI},
		{"POST", versions + "/set-tag", route.Write, h.setVersionTag},
		{"DELETE", versions + "/delete-tag", route.Write, h.deleteVersionTag},
	}
}

// reasonHeader says why a client makes a change, for the history.
const reasonHeader = "X-Pedigree-Reason"

// explained is the context of a request that changes something, with the reason
// that the client gives.
func explained(r *http.Request) context.Context {
	reason := r.Header.Get(reasonHeader)
	if reason == "" {
		return r.Context()
	}
	reason = strings.Map(func(c rune) rune {
		if unicode.IsControl(c) {
			return ' '
		}
		return c
	}, strings.ToValidUTF8(reason, "\uFFFD"))
	who := pedigree.ActorOf(r.Context())
	who.Reason = reason
	return pedigree.WithActor(r.Context(), who)
}

var createRegisteredModelShape = shape[registry.ModelDraft]{
	must(text("name", func(m *registry.ModelDraft) *string { return &m.Name })),
	each("tags", keyValue, pedigree.Property{Space: pedigree.Tag}, func(m *registry.ModelDraft) *[]pedigree.Property { return &m.Tags }),
	text("description", func(m *registry.ModelDraft) *string { return &m.Description }),
}

func (h *Handler) createRegisteredModel(w http.ResponseWriter, r *http.Request) error {
	draft, err := decode(r, createRegisteredModelShape, registry.ModelDraft{})
	if err != nil {
		return err
	}
	model, err := h.registry.CreateModel(explained(r), h.workspace(), draft)
	return writeRegisteredModel(w, &model, err)
}

func writeRegisteredModel(w http.ResponseWriter, m *registry.Model, err error) error {
	if err != nil {
		return err
	}
	a := begin(w)
	a.buf = append(appendRegisteredModel(member(append(a.buf, '{'), "registered_model"), m), '}')
	a.finish()
	return nil
}

// registeredChange names a registered model, and what is changed or asked for.
type registeredChange struct {
	Name, NewName, Description string
	Key, Value                 string
	Alias, Version             string
	Stages                     []string
}

var (
	registeredName  = must(text("name", func(m *registeredChange) *string { return &m.Name }))
	registeredKey   = must(text("key", func(m *registeredChange) *string { return &m.Key }))
	registeredAlias = must(text("alias", func(m *registeredChange) *string { return &m.Alias }))

	registeredShape       = shape[registeredChange]{registeredName}
	renameRegisteredShape = shape[registeredChange]{
		registeredName,
		must(text("new_name", func(m *registeredChange) *string { return &m.NewName })),
	}
	updateRegisteredShape = shape[registeredChange]{
		registeredName,
		text("description", func(m *registeredChange) *string { return &m.Description }),
	}
	latestVersionsShape = shape[registeredChange]{
		registeredName,
		texts("stages", func(m *registeredChange) *[]string { return &m.Stages }),
	}
	setRegisteredTagShape = shape[registeredChange]{
		registeredName,
		registeredKey,
		text("value", func(m *registeredChange) *string { return &m.Value }),
	}
	deleteRegisteredTagShape = shape[registeredChange]{registeredName, registeredKey}
	setAliasShape            = shape[registeredChange]{
		registeredName,
		registeredAlias,
		must(text("version", func(m *registeredChange) *string { return &m.Version })),
	}
	aliasShape = shape[registeredChange]{registeredName, registeredAlias}
)

func (h *Handler) getRegisteredModel(w http.ResponseWriter, r *http.Request) error {
	m, err := decode(r, registeredShape, registeredChange{})
	if err != nil {
		return err
	}
	model, err := h.registry.Model(r.Context(), h.workspace(), m.Name)
	return writeRegisteredModel(w, &model, err)
}

func (h *Handler) renameRegisteredModel(w http.ResponseWriter, r *http.Request) error {
	m, err := decode(r, renameRegisteredShape, registeredChange{})
	if err != nil {
		return err
	}
	model, err := h.registry.RenameModel(explained(r), h.workspace(), m.Name, m.NewName)
	return writeRegisteredModel(w, &model, err)
}

func (h *Handler) updateRegisteredModel(w http.ResponseWriter, r *http.Request) error {
	m, err := decode(r, updateRegisteredShape, registeredChange{})
	if err != nil {
		return err
	}
	model, err := h.registry.DescribeModel(explained(r), h.workspace(), m.Name, m.Description)
	return writeRegisteredModel(w, &model, err)
}

func (h *Handler) deleteRegisteredModel(w http.ResponseWriter, r *http.Request) error {
	m, err := decode(r, registeredShape, registeredChange{})
	if err != nil {
		return err
	}
	return done(w, h.registry.DeleteModel(explained(r), h.workspace(), m.Name))
}

func (h *Handler) getLatestVersions(w http.ResponseWriter, r *http.Request) error {
	m, err := decode(r, latestVersionsShape, registeredChange{})
	if err != nil {
		return err
	}
	latest, err := h.registry.LatestVersions(r.Context(), h.workspace(), m.Name, m.Stages)
	if err != nil {
		return err
	}
	writePage(w, "model_versions", latest, "", appendVersion)
	return nil
}

func (h *Handler) setRegisteredModelTag(w http.ResponseWriter, r *http.Request) error {
	m, err := decode(r, setRegisteredTagShape, registeredChange{})
	if err != nil {
		return err
	}
	return done(w, h.registry.SetModelTag(explained(r), h.workspace(), m.Name, m.Key, m.Value))
}

func (h *Handler) deleteRegisteredModelTag(w http.ResponseWriter, r *http.Request) error {
	m, err := decode(r, deleteRegisteredTagShape, registeredChange{})
	if err != nil {
		return err
	}
	return done(w, h.registry.DeleteModelTag(explained(r), h.workspace(), m.Name, m.Key))
}

func (h *Handler) setAlias(w http.ResponseWriter, r *http.Request) error {
	m, err := decode(r, setAliasShape, registeredChange{})
	if err != nil {
		return err
	}
	return done(w, h.registry.SetAlias(explained(r), h.workspace(), m.Name, m.Alias, m.Version))
}

func (h *Handler) deleteAlias(w http.ResponseWriter, r *http.Request) error {
	m, err := decode(r, aliasShape, registeredChange{})
	if err != nil {
		return err
	}
	return done(w, h.registry.DeleteAlias(explained(r), h.workspace(), m.Name, m.Alias))
}

func (h *Handler) getVersionByAlias(w http.ResponseWriter, r *http.Request) error {
	m, err := decode(r, aliasShape, registeredChange{})
	if err != nil {
		return err
	}
	version, err := h.registry.VersionByAlias(r.Context(), h.workspace(), m.Name, m.Alias)
	return writeVersion(w, &version, err)
}
