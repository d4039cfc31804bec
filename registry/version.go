package registry

import (
	"context"
	"strconv"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/carry"
	"github.com/pedigree-ml/pedigree/identity"
	"github.com/pedigree-ml/pedigree/naming"
	"github.com/pedigree-ml/pedigree/store"
)

// A VersionDraft is what a client says about a version that it registers.
type VersionDraft struct {
	Name        string // of the model
	Source      string
	RunID       *string // nil when the client says nothing of it
	ModelID     *string // likewise
	RunLink     string
	Description string
	Tags        []pedigree.Property
}

// statusReady is the status of every version: nothing is copied on the way.
const statusReady = "READY"

// CreateVersion adds a version to a model, with the next number. Where it came
// from is checked and looked up, but never opened; it becomes an output of the
// run that it came from, if that is a run of the workspace.
func (s *Service) CreateVersion(ctx context.Context, ws pedigree.NodeID, draft VersionDraft) (Version, error) {
	if err := draft.check(); err != nil {
		return Version{}, err
	}
	draft.Source = identity.Redact(draft.Source)
	tags := inSpace(pedigree.Tag, carry.WithoutMarks(draft.Tags)) // a copy comes with the tags of its original
	prompt := saysPrompt(tags)
	if prompt {
		if err := checkPromptSource(draft.Source); err != nil {
			return Version{}, err
		}
	}
	var version Version
	digests := false // whether any wait for the version
	err := s.store.Update(ctx, func(tx store.Tx) error {
		model, err := modelNode(tx, ws, draft.Name)
		if err != nil {
			return err
		}
		o, err := s.originOf(tx, ws, &draft, prompt)
		if err != nil {
			return err
		}
		version = Version{
			Description: draft.Description, Stage: stageNone, RunLink: draft.RunLink, Tags: tags,
			RunID: o.runID, ModelID: o.modelID, StorageLocation: o.storage, CopiedFrom: o.copiedFrom,
		}
		version.Node = pedigree.Node{
			Workspace: ws, Home: ws, Type: pedigree.ModelVersionType, Name: model.Name, State: statusReady, URI: o.source,
			Started: pedigree.NoTime, Ended: pedigree.NoTime, Deleted: pedigree.NoTime,
		}
		if err := addVersion(newRecorder(ctx, tx), &model, &version); err != nil {
			return err
		}
		if err := o.link(tx, &version.Node); err != nil {
			return err
		}
		if err := settle(tx, &version); err != nil {
			return err
		}
		if digests, err = s.beginDigest(tx, &version, o.original, prompt); err != nil {
			return err
		}
		return s.announceVersion(tx, &version)
	})
	if digests {
		s.digests.Wake()
	}
	return version, err
}

// settle says where a new version is, and of what it is made.
func settle(tx store.Tx, v *Version) error {
	fields := v.fields()
	if err := identity.Settle(tx, &v.Node, fields); err != nil {
		return err
	}
	return identity.Descend(tx, &v.Node, fields)
}

func (d *VersionDraft) check() error {
	if err := checkModelName("name", d.Name); err != nil {
		return err
	}
	if err := checkTags(d.Tags, checkVersionTag); err != nil {
		return err
	}
	for _, c := range []struct {
		what, text string
		limit      int
	}{
		{"source", d.Source, maxSource},
		{"run_id", given(d.RunID), maxRunID},
		{"model_id", given(d.ModelID), maxModelID},
		{"run_link", d.RunLink, maxRunLink},
		{"description", d.Description, maxDescription},
	} {
		if err := naming.CheckLength(c.what, c.limit, c.text); err != nil {
			return err
		}
	}
	return nil
}

func given(text *string) string {
	if text == nil {
		return ""
	}
	return *text
}

// addVersion gives a version its number and stores it as the latest of its
// model.
func addVersion(r recorder, model *pedigree.Node, v *Version) error {
	number, err := r.tx.NextNumber(model.Workspace, "versions/"+model.UID)
	if err != nil {
		return err
	}
	v.Version = strconv.FormatInt(number, 10)
	v.UID = versionUID(model, v.Version)
	if err := r.tx.CreateNode(&v.Node); err != nil {
		return err
	}
	if err := putAll(r.tx, &v.Node, v.fields(), v.Tags); err != nil {
		return err
	}
	if _, err := r.tx.AddMember(model.ID, v.ID); err != nil {
		return err
	}
	if err := setLatest(r.tx, model, stageNone, v.ID); err != nil {
		return err
	}
	if err := r.add(&v.Node, Created, "", v.Version); err != nil {
		return err
	}
	if err := r.add(model, VersionAdded, "", v.Version); err != nil {
		return err
	}
	return r.tx.TouchNode(model)
}
