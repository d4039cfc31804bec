package mlflow

import (
	"net/http"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/registry"
)

var createVersionShape = shape[registry.VersionDraft]{
	must(text("name", func(m *registry.VersionDraft) *string { return &m.Name })),
	must(text("source", func(m *registry.VersionDraft) *string { return &m.Source })),
	maybeText("run_id", func(m *registry.VersionDraft) **string { return &m.RunID }),
	each("tags", keyValue, pedigree.Property{Space: pedigree.Tag}, func(m *registry.VersionDraft) *[]pedigree.Property { return &m.Tags }),
	text("run_link", func(m *registry.VersionDraft) *string { return &m.RunLink }),
	text("description", func(m *registry.VersionDraft) *string { return &m.Description }),
	maybeText("model_id", func(m *registry.VersionDraft) **string { return &m.ModelID }),
}

func (h *Handler) createVersion(w http.ResponseWriter, r *http.Request) error {
	draft, err := decode(r, createVersionShape, registry.VersionDraft{})
	if err != nil {
		return err
	}
	version, err := h.registry.CreateVersion(explained(r), h.workspace(), draft)
	return writeVersion(w, &version, err)
}

func writeVersion(w http.ResponseWriter, v *registry.Version, err error) error {
	if err != nil {
		return err
	}
	writeJSON(w, func(b []byte) []byte {
		return append(appendVersion(member(append(b, '{'), "model_version"), v), '}')
	})
	return nil
}

// versionChange names a version, and what is changed about it.
type versionChange struct {
	Name, Version string
	Key, Value    string
	Description   string
	Stage         string
	Archive       bool
}

var (
	versionModel  = must(text("name", func(m *versionChange) *string { return &m.Name }))
	versionNumber = must(text("version", func(m *versionChange) *string { return &m.Version }))
	versionKey    = must(text("key", func(m *versionChange) *string { return &m.Key }))

	versionShape       = shape[versionChange]{versionModel, versionNumber}
	updateVersionShape = shape[versionChange]{
		versionModel,
		versionNumber,
		text("description", func(m *versionChange) *string { return &m.Description }),
	}
	transitionShape = shape[versionChange]{
		versionModel,
		versionNumber,
		must(text("stage", func(m *versionChange) *string { return &m.Stage })),
		truth("archive_existing_versions", func(m *versionChange) *bool { return &m.Archive }),
	}
	setVersionTagShape = shape[versionChange]{
		versionModel,
		versionNumber,
		versionKey,
		text("value", func(m *versionChange) *string { return &m.Value }),
	}
	deleteVersionTagShape = shape[versionChange]{versionModel, versionNumber, versionKey}

	// downloadShape requires nothing: upstream leaves it to the rules to find
	// that a name is missing.
	downloadShape = shape[versionChange]{
		text("name", func(m *versionChange) *string { return &m.Name }),
		text("version", func(m *versionChange) *string { return &m.Version }),
	}
)

func (h *Handler) getVersion(w http.ResponseWriter, r *http.Request) error {
	m, err := decode(r, versionShape, versionChange{})
	if err != nil {
		return err
	}
	version, err := h.registry.Version(r.Context(), h.workspace(), m.Name, m.Version)
	return writeVersion(w, &version, err)
}

func (h *Handler) updateVersion(w http.ResponseWriter, r *http.Request) error {
	m, err := decode(r, updateVersionShape, versionChange{})
	if err != nil {
		return err
	}
	version, err := h.registry.DescribeVersion(explained(r), h.workspace(), m.Name, m.Version, m.Description)
	return writeVersion(w, &version, err)
}

func (h *Handler) deleteVersion(w http.ResponseWriter, r *http.Request) error {
	m, err := decode(r, versionShape, versionChange{})
	if err != nil {
		return err
	}
	return done(w, h.registry.DeleteVersion(explained(r), h.workspace(), m.Name, m.Version))
}

func (h *Handler) transitionStage(w http.ResponseWriter, r *http.Request) error {
	m, err := decode(r, transitionShape, versionChange{})
	if err != nil {
		return err
	}
	version, err := h.registry.TransitionVersion(explained(r), h.workspace(), m.Name, m.Version, m.Stage, m.Archive)
	return writeVersion(w, &version, err)
}

func (h *Handler) getDownloadURI(w http.ResponseWriter, r *http.Request) error {
	m, err := decode(r, downloadShape, versionChange{})
	if err != nil {
		return err
	}
	uri, err := h.registry.DownloadURI(r.Context(), h.workspace(), m.Name, m.Version)
	if err != nil {
		return err
	}
	writeJSON(w, func(b []byte) []byte {
		return append(textMember(append(b, '{'), "artifact_uri", uri), '}')
	})
	return nil
}

func (h *Handler) setVersionTag(w http.ResponseWriter, r *http.Request) error {
	m, err := decode(r, setVersionTagShape, versionChange{})
	if err != nil {
		return err
	}
	return done(w, h.registry.SetVersionTag(explained(r), h.workspace(), m.Name, m.Version, m.Key, m.Value))
}

func (h *Handler) deleteVersionTag(w http.ResponseWriter, r *http.Request) error {
	m, err := decode(r, deleteVersionTagShape, versionChange{})
	if err != nil {
		return err
	}
	return done(w, h.registry.DeleteVersionTag(explained(r), h.workspace(), m.Name, m.Version, m.Key))
}
