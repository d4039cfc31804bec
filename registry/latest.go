package registry

import (
	"slices"
	"strconv"
	"strings"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/store"
)

// Which version is the latest of each stage stands on the model itself: fields
// "latest.Staging" and so on, whose values are node identities. A page of
// models would otherwise have to look at all their versions. New ones are of
// the form Bytes, which no index of texts has to follow: they change with each
// version, and nobody searches for them.

const latestPrefix = "latest."

// latestIn reads the latest version of each stage from the fields of a model.
func latestIn(fields []pedigree.Property) map[string]pedigree.NodeID {
	var latest map[string]pedigree.NodeID
	for _, f := range fields {
		stage, ok := strings.CutPrefix(f.Key, latestPrefix)
		if !ok {
			continue
		}
		if latest == nil {
			latest = make(map[string]pedigree.NodeID, len(stages))
		}
		latest[stage] = parseID(f.Value)
	}
	return latest
}

func parseID(text string) pedigree.NodeID {
	id, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return 0 // names no node
	}
	return pedigree.NodeID(id)
}

// latestVersions gives the latest version of each stage that has one.
func latestVersions(r store.Reader, model *pedigree.Node) (map[string]pedigree.NodeID, error) {
	facts, err := r.Facts([]pedigree.NodeID{model.ID}, pedigree.Field)
	if err != nil {
		return nil, err
	}
	return latestIn(facts[0].Properties), nil
}

func setLatest(tx store.Tx, model *pedigree.Node, stage string, version pedigree.NodeID) error {
	return tx.PutProperties(model, pedigree.Property{
		Space: pedigree.Field, Form: pedigree.Bytes, Key: latestPrefix + stage, Value: strconv.FormatInt(int64(version), 10),
	})
}

// enterStage notes that a version has come into a stage. Nodes are numbered in
// order of arrival, and so are the versions of a model: the larger is later.
func enterStage(tx store.Tx, model *pedigree.Node, stage string, version pedigree.NodeID) error {
	latest, err := latestVersions(tx, model)
	if err != nil || latest[stage] >= version {
		return err
	}
	return setLatest(tx, model, stage, version)
}

// leaveStage notes that a version is no longer in a stage. Only when it was the
// latest there must the next be looked for.
func leaveStage(tx store.Tx, model *pedigree.Node, stage string, version pedigree.NodeID) error {
	latest, err := latestVersions(tx, model)
	if err != nil || latest[stage] != version {
		return err
	}
	members, err := liveVersions(tx, model)
	if err != nil {
		return err
	}
	for _, m := range slices.Backward(members) {
		in, err := stageOf(tx, m.ID)
		if err != nil {
			return err
		}
		if in == stage && m.ID != version {
			return setLatest(tx, model, stage, m.ID)
		}
	}
	_, err = tx.DeleteProperty(model, pedigree.Field, latestPrefix+stage)
	return err
}

// liveVersions gives the versions of a model that are not deleted, by number.
func liveVersions(r store.Reader, model *pedigree.Node) ([]pedigree.Node, error) {
	members, err := r.Members(model.ID, pedigree.ModelVersionType)
	return slices.DeleteFunc(members, func(n pedigree.Node) bool { return !n.Live() }), err
}

// stageOf gives the stage of a version. None is not written down.
func stageOf(r store.Reader, version pedigree.NodeID) (string, error) {
	stage, ok, err := r.Property(version, pedigree.Field, stageField)
	if err == nil && !ok {
		stage = stageNone
	}
	return stage, err
}
