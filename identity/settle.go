package identity

import (
	"slices"
	"strconv"
	"strings"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/store"
)

// Settle says where an artifact is by all that its type and properties tell:
//
//   - a data set of MLflow is where its source says, in the version of its digest,
//     or that of the source where it names one;
//   - a logged model is where its files are, and at models:/ and its identity;
//   - a version of a registered model is at models:/, its model and its number.
//     Where its source holds its files, it is there too, as a version of its own
//     among others of the same source; but not where the source is another model;
//   - any other is at its URI, in the version that it or its properties name.
//
// Nodes that are no artifacts are nowhere.
func Settle(tx store.Tx, n *pedigree.Node, properties []pedigree.Property) error {
	locations, err := settled(tx, n, properties)
	if err != nil || len(locations) == 0 {
		return err
	}
	return tx.SetLocations(n.Workspace, n.ID, locations...)
}

// Resettle is Settle for an artifact that may have been elsewhere before.
func Resettle(tx store.Tx, n *pedigree.Node, properties []pedigree.Property) error {
	locations, err := settled(tx, n, properties)
	if err != nil {
		return err
	}
	return tx.SetLocations(n.Workspace, n.ID, locations...)
}

func settled(r store.Reader, n *pedigree.Node, properties []pedigree.Property) ([]pedigree.Location, error) {
	switch {
	case n.Type.Kind != pedigree.Artifact:
		return nil, nil
	case n.Type == pedigree.DatasetType:
		uri, version := SourceOf(textOf(properties, "source_type"), textOf(properties, "source"))
		return locationsOf(r, n.Workspace, firstOf(version, n.Version), []string{uri})
	case n.Type == pedigree.LoggedModelType:
		return locationsOf(r, n.Workspace, "", []string{n.URI, "models:/" + n.UID})
	case n.Type == pedigree.ModelVersionType:
		return versionLocations(r, n, textOf(properties, "model_id"))
	}
	return locationsOf(r, n.Workspace, VersionOf(n, properties), []string{n.URI})
}

// versionLocations gives those of a version of a registered model, whose UID is
// that of the model, a slash and the number.
func versionLocations(r store.Reader, n *pedigree.Node, loggedModel string) ([]pedigree.Location, error) {
	own := pedigree.Location{URI: "models:/" + n.UID}
	if loggedModel != "" || strings.HasPrefix(strings.ToLower(n.URI), "models:") {
		return []pedigree.Location{own}, nil
	}
	source, err := locationsOf(r, n.Workspace, own.URI, []string{n.URI})
	return append([]pedigree.Location{own}, source...), err
}

// versionKeys are properties that tell the states of an artifact apart, the
// surest first, in lower case.
var versionKeys = []string{"digest", "sha256", "checksum", "md5", "etag", "version_id", "versionid", "generation", "snapshot_id", "version"}

// VersionOf gives the version that a node or its properties name. A number 0 is
// none: clients send it for what they do not know.
func VersionOf(n *pedigree.Node, properties []pedigree.Property) string {
	best, text := len(versionKeys), n.Version
	for _, p := range properties {
		if p.Space != pedigree.Field && p.Space != pedigree.Custom {
			continue
		}
		rank := slices.Index(versionKeys, strings.ToLower(p.Key))
		if rank < 0 || rank >= best {
			continue
		}
		switch {
		case p.Form == pedigree.Text && p.Value != "":
			best, text = rank, p.Value
		case p.Form == pedigree.Int && p.Int != 0:
			best, text = rank, strconv.FormatInt(p.Int, 10)
		}
	}
	return text
}

// textOf gives the text of a field.
func textOf(properties []pedigree.Property, key string) string {
	for _, p := range properties {
		if p.Space == pedigree.Field && p.Key == key && p.Form == pedigree.Text {
			return p.Value
		}
	}
	return ""
}
