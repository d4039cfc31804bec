package registry

import (
	"strings"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/naming"
	"github.com/pedigree-ml/pedigree/store"
)

// sourceRunField is the field of a logged model that names the run it came from.
const sourceRunField = "source_run_id"

// An origin is where a version comes from, as far as the server knows.
type origin struct {
	source     string // as it is stored
	runID      string
	modelID    string
	storage    string // where a source of the scheme models: leads
	copiedFrom string
	original   pedigree.NodeID // the version that it is a copy of; 0 where it is none

	loggedModel *pedigree.Node // nil where it is none, or that of the version it is a copy of
}

// originOf finds out where a version comes from. The source of a prompt was
// checked already and leads nowhere.
func (s *Service) originOf(r store.Reader, ws pedigree.NodeID, d *VersionDraft, prompt bool) (*origin, error) {
	o := &origin{source: d.Source, runID: given(d.RunID), modelID: given(d.ModelID)}
	l := naming.SplitLocation(d.Source)
	if !prompt {
		if strings.EqualFold(l.Scheme, "models:") {
			if copied, err := o.resolve(r, ws, d, l); err != nil || copied {
				return o, err
			}
		} else if err := o.checkForm(l); err != nil {
			return o, err
		}
	}
	if err := o.findLoggedModel(r, ws, l); err != nil {
		return o, err
	}
	if !prompt {
		if err := s.checkPlace(r, ws, o, l); err != nil {
			return o, err
		}
	}
	return o, o.complete(r)
}

// findLoggedModel finds the logged model that the client names.
func (o *origin) findLoggedModel(r store.Reader, ws pedigree.NodeID, l naming.Location) error {
	if o.modelID == "" {
		return nil
	}
	n, err := loggedModel(r, ws, o.modelID)
	if pedigree.CodeOf(err) == pedigree.NotFound && (isLocal(l) || isRuns(l) || isServed(o.source)) {
		return errNotWithin(o.source, "model_id") // that it does not exist is not all that is wrong
	}
	o.loggedModel = &n
	return err
}

// complete adds the run that a logged model came from.
func (o *origin) complete(r store.Reader) error {
	if o.runID != "" || o.loggedModel == nil {
		return nil
	}
	run, ok, err := r.Property(o.loggedModel.ID, pedigree.Field, sourceRunField)
	if err == nil && ok {
		o.runID = run
	}
	return err
}

func loggedModel(r store.Reader, ws pedigree.NodeID, id string) (pedigree.Node, error) {
	n, err := r.Node(ws, pedigree.LoggedModelType, id)
	return living(n, err, "Logged model with ID '%s' not found.", shown(id))
}

// resolve follows a source of the scheme models:. One that names a version is
// stored by that version's number, so that it means the same for ever; with it
// all is known, and copied is true. One that names a logged model must agree
// with the model that the client names.
func (o *origin) resolve(r store.Reader, ws pedigree.NodeID, d *VersionDraft, l naming.Location) (copied bool, err error) {
	if l.Authority != "" {
		return false, naming.Invalid("Invalid model version source: '%s'. Registered model sources must use the active model registry.", shown(d.Source))
	}
	ref, ok := parseReference(l.Path + l.Query)
	if !ok || ref.modelID != "" && ref.modelID != o.modelID {
		return false, errNotWithin(d.Source, "model_id")
	}
	if ref.modelID != "" {
		n, err := loggedModel(r, ws, ref.modelID)
		o.storage = n.URI
		return false, err
	}
	n, err := ref.version(r, ws, d.Source)
	if err != nil {
		return false, err
	}
	return true, o.copy(r, d, &n)
}

// copy takes over what is known of the version that another is a copy of.
func (o *origin) copy(r store.Reader, d *VersionDraft, n *pedigree.Node) error {
	versions, err := describeVersions(r, []pedigree.Node{*n})
	if err != nil {
		return err
	}
	from := &versions[0]
	if d.RunID != nil && *d.RunID != from.RunID || d.ModelID != nil && *d.ModelID != from.ModelID {
		return naming.Invalid("Invalid model version source: '%s'. The run_id and model_id request parameters must match"+
			" the referenced model version.", shown(d.Source))
	}
	o.source = "models:/" + from.Name + "/" + from.Version
	o.runID, o.modelID = from.RunID, from.ModelID
	o.storage, o.copiedFrom, o.original = from.Location(), o.source, from.ID
	return nil
}

// A reference is what a URI of the scheme models: names: a logged model, or a
// version of a registered one by number, stage or alias.
type reference struct {
	modelID, name, number, stage, alias string
}

// parseReference reads the part behind "models:". The name of a model may hold
// any characters but slashes and colons, and nothing is decoded.
func parseReference(path string) (ref reference, ok bool) {
	if !strings.HasPrefix(path, "/") {
		return ref, false
	}
	path = strings.TrimLeft(path, "/")
	if name, suffix, found := strings.Cut(path, "/"); found {
		switch {
		case strings.TrimSpace(name) == "" || strings.TrimSpace(suffix) == "" || strings.Contains(suffix, "/"):
			return ref, false
		case !strings.ContainsFunc(suffix, notDigit):
			return reference{name: name, number: suffix}, true
		case strings.EqualFold(suffix, latestAlias):
			return reference{name: name, alias: latestAlias}, true
		}
		return reference{name: name, stage: suffix}, true
	}
	if i := strings.LastIndexByte(path, '@'); i >= 0 {
		alias := path[i+1:]
		return reference{name: path[:i], alias: alias}, strings.TrimSpace(alias) != ""
	}
	return reference{modelID: path}, strings.TrimSpace(path) != ""
}

// version finds the version that a reference names. Prompts have none that
// could be a source.
func (ref *reference) version(r store.Reader, ws pedigree.NodeID, source string) (pedigree.Node, error) {
	model, err := modelNode(r, ws, ref.name)
	if err != nil {
		return model, err
	}
	if prompt, err := isPrompt(r, &model); err != nil {
		return model, err
	} else if prompt {
		return model, naming.Invalid("Invalid model version source: '%s'. Prompt versions cannot be used as model version sources.", shown(source))
	}
	switch {
	case ref.number != "":
		_, n, err := versionNodes(r, ws, ref.name, ref.number)
		return n, err
	case ref.alias != "":
		_, n, err := aliased(r, ws, ref.name, ref.alias)
		return n, err
	}
	stage, err := canonicalStage(ref.stage)
	if err != nil {
		return model, err
	}
	n, err := latestVersion(r, &model, []string{stage})
	if pedigree.CodeOf(err) == pedigree.NotFound {
		err = pedigree.Errorf(pedigree.NotFound, "No versions of model with name '%s' and stage '%s' found", shown(ref.name), ref.stage)
	}
	return n, err
}
