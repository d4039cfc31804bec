package identity

import (
	"strconv"
	"strings"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/store"
)

// maxLocations bounds the locations of one artifact.
const maxLocations = 32

// Locate says where an artifact is: at each of the URIs, as far as they are
// places, and in the version given where they name none themselves.
func Locate(tx store.Tx, n *pedigree.Node, version string, uris ...string) error {
	locations, err := locationsOf(tx, n.Workspace, version, uris)
	if err != nil {
		return err
	}
	return tx.SetLocations(n.Workspace, n.ID, locations...)
}

func locationsOf(r store.Reader, workspace pedigree.NodeID, version string, uris []string) ([]pedigree.Location, error) {
	var all []pedigree.Location
	for _, uri := range uris {
		l, ok, err := Resolve(r, workspace, uri)
		if err != nil {
			return nil, err
		}
		if !ok {
			continue
		}
		if l.Version == "" {
			l.Version = versionText(version)
		}
		if all = append(all, l); len(all) == maxLocations {
			break
		}
	}
	return all, nil
}

// Resolve normalises a URI and follows what refers to runs and models of this
// server: an alias or stage to the version that holds it now, a file below a
// run's artifacts to that run. ok is false for what is no place.
func Resolve(r store.Reader, workspace pedigree.NodeID, raw string) (l pedigree.Location, ok bool, err error) {
	if l, ok = Normalise(raw); !ok {
		return l, false, nil
	}
	if reference, found := strings.CutPrefix(l.URI, "models:/"); found && !strings.HasPrefix(reference, "/") {
		l.URI, err = modelLocation(r, workspace, l.URI, reference)
		return l, true, err
	}
	if uri, found, err := ownedLocation(r, workspace, l.URI); found || err != nil {
		return pedigree.Location{URI: uri, Version: l.Version}, err == nil, err
	}
	return l, true, nil
}

// VersionURI is the location of a version of a registered model; it stays the
// same when the model is renamed.
func VersionURI(modelUID string, number int64) string {
	return "models:/" + modelUID + "/" + strconv.FormatInt(number, 10)
}

// modelLocation follows name/3, name/latest, name/Production and name@alias. A
// reference to no model of this server stays as it is.
func modelLocation(r store.Reader, workspace pedigree.NodeID, uri, reference string) (string, error) {
	name, which, slash := strings.Cut(reference, "/")
	alias := ""
	if !slash {
		if at := strings.LastIndexByte(reference, '@'); at >= 0 {
			name, alias = reference[:at], reference[at+1:]
		} else {
			return uri, nil // a logged model: models:/m-...
		}
	}
	model, err := r.NodeNamed(workspace, pedigree.RegisteredModelType, name)
	if err != nil {
		if pedigree.CodeOf(err) == pedigree.NotFound {
			err = nil
		}
		return uri, err
	}
	if alias != "" {
		number, found, err := r.Property(model.ID, pedigree.Alias, alias)
		if err != nil || !found {
			return uri, err
		}
		which = number
	}
	number, rest, _ := strings.Cut(which, "/")
	if _, err := strconv.ParseInt(number, 10, 64); err != nil {
		if number, err = versionIn(r, &model, number); err != nil || number == "" {
			return uri, err
		}
	}
	_ = rest // a file of the version is part of it
	return "models:/" + model.UID + "/" + number, nil
}

// versionIn finds the newest version of a model, or the newest in a stage.
func versionIn(r store.Reader, model *pedigree.Node, stage string) (string, error) {
	versions, err := r.Members(model.ID, pedigree.ModelVersionType)
	if err != nil {
		return "", err
	}
	newest := int64(0)
	for i := range versions {
		number, err := strconv.ParseInt(versions[i].Version, 10, 64)
		if err != nil || number <= newest || !versions[i].Live() {
			continue
		}
		if !strings.EqualFold(stage, "latest") {
			held, _, err := r.Property(versions[i].ID, pedigree.Field, "stage")
			if err != nil {
				return "", err
			}
			if !strings.EqualFold(held, stage) {
				continue
			}
		}
		newest = number
	}
	if newest == 0 {
		return "", nil
	}
	return strconv.FormatInt(newest, 10), nil
}

// ownedLocation finds the run or logged model below whose artifacts a URI lies.
// Their folders carry their identity: .../<run>/artifacts/..., and
// .../m-<...>/artifacts.
func ownedLocation(r store.Reader, workspace pedigree.NodeID, uri string) (string, bool, error) {
	head, rest, found := strings.Cut(uri, "/artifacts")
	if !found || rest != "" && rest[0] != '/' {
		return "", false, nil
	}
	owner := head[strings.LastIndexByte(head, '/')+1:]
	typ, prefix := pedigree.RunType, "runs:/"
	if strings.HasPrefix(owner, "m-") {
		typ, prefix = pedigree.LoggedModelType, "models:/"
	}
	n, err := r.Node(workspace, typ, owner)
	if err != nil {
		if pedigree.CodeOf(err) == pedigree.NotFound {
			err = nil
		}
		return "", false, err
	}
	root, ok := Normalise(n.URI)
	if !ok || root.URI != head+"/artifacts" {
		return "", false, nil
	}
	if typ == pedigree.LoggedModelType {
		return prefix + owner, true, nil
	}
	return prefix + owner + rest, true, nil
}
