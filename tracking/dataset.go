package tracking

import (
	"context"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/identity"
	"github.com/pedigree-ml/pedigree/naming"
	"github.com/pedigree-ml/pedigree/store"
)

// Limits on a data set and on the tags of an input, in characters.
const (
	maxDatasetName    = 500
	maxDatasetDigest  = 36
	maxDatasetType    = 36
	maxDatasetSource  = 65535
	maxDatasetSchema  = 1048575
	maxDatasetProfile = 16777215
	maxInputTagKey    = 255
	maxInputTagValue  = 500
	maxInputs         = 1000
	maxInputTags      = 100
)

// Keys of what a data set's type declares.
const (
	sourceTypeField = "source_type"
	sourceField     = "source"
	schemaField     = "schema"
	profileField    = "profile"
)

func (d *Dataset) check() error {
	return firstError(
		naming.CheckLength("name", maxDatasetName, d.Name),
		naming.CheckLength("digest", maxDatasetDigest, d.Digest),
		naming.CheckLength("source_type", maxDatasetType, d.SourceType),
		naming.CheckLength("source", maxDatasetSource, d.Source),
		naming.CheckLength("schema", maxDatasetSchema, d.Schema),
		naming.CheckLength("profile", maxDatasetProfile, d.Profile),
	)
}

func (d *Dataset) fields() []pedigree.Property {
	all := []pedigree.Property{
		{Space: pedigree.Field, Key: sourceTypeField, Value: d.SourceType},
		{Space: pedigree.Field, Key: sourceField, Value: identity.RedactSource(d.Source)},
		{Space: pedigree.Field, Key: schemaField, Value: d.Schema},
		{Space: pedigree.Field, Key: profileField, Value: d.Profile},
	}
	set := all[:0]
	for _, p := range all {
		if p.Value != "" {
			set = append(set, p)
		}
	}
	return set
}

func datasetOf(n *pedigree.Node, fields []pedigree.Property) Dataset {
	d := Dataset{Name: n.Name, Digest: n.Version}
	for _, p := range fields {
		switch p.Key {
		case sourceTypeField:
			d.SourceType = p.Value
		case sourceField:
			d.Source = p.Value
		case schemaField:
			d.Schema = p.Value
		case profileField:
			d.Profile = p.Value
		}
	}
	return d
}

// putDataset finds the node of a data set in the workspace of run, or makes it.
// The details of the first to log it stand.
func putDataset(tx store.Tx, run *pedigree.Node, d *Dataset) (pedigree.NodeID, error) {
	uid := naming.UIDOfDataset(d.Name, d.Digest)
	n, err := tx.Node(run.Workspace, pedigree.DatasetType, uid)
	if pedigree.CodeOf(err) != pedigree.NotFound {
		return n.ID, err
	}
	n = pedigree.Node{
		Workspace: run.Workspace, Home: run.Workspace, Type: pedigree.DatasetType,
		UID: uid, Name: d.Name, Version: d.Digest,
		Started: pedigree.NoTime, Ended: pedigree.NoTime, Deleted: pedigree.NoTime,
	}
	if err := tx.CreateNode(&n); err != nil {
		return 0, err
	}
	fields := d.fields()
	if err := putProperties(tx, &n, fields); err != nil {
		return 0, err
	}
	return n.ID, identity.Settle(tx, &n, fields)
}

// datasetsIn reads the data sets that events mention, each once.
func datasetsIn(r store.Reader, events []store.EventNode) (map[pedigree.NodeID]Dataset, error) {
	var nodes []pedigree.Node
	datasets := map[pedigree.NodeID]Dataset{}
	for i := range events {
		e := &events[i]
		if _, seen := datasets[e.Artifact]; seen || e.Node.Type != pedigree.DatasetType {
			continue
		}
		datasets[e.Artifact] = Dataset{}
		nodes = append(nodes, e.Node)
	}
	if len(nodes) == 0 {
		return nil, nil
	}
	facts, err := r.Facts(idsOf(nodes), pedigree.Field)
	if err != nil {
		return nil, err
	}
	for i := range nodes {
		datasets[nodes[i].ID] = datasetOf(&nodes[i], facts[i].Properties)
	}
	return datasets, nil
}

const (
	datasetContextTag = "mlflow.data.context"
	maxDatasetUses    = 1000
)

// DatasetsUsed lists what data sets the live runs of experiments read, at most
// 1,000 in all. Experiments that do not exist have none.
func (s *Service) DatasetsUsed(ctx context.Context, ws pedigree.NodeID, experiments []string) ([]DatasetUse, error) {
	var uses []DatasetUse
	err := s.store.View(ctx, func(r store.Reader) error {
		uses = nil
		in, uids, err := homes(r, ws, experiments)
		if err != nil {
			return err
		}
		for _, home := range in {
			used, err := r.InputsUsed(home, datasetContextTag, maxDatasetUses-len(uses))
			if err != nil {
				return err
			}
			for _, u := range used {
				uses = append(uses, DatasetUse{uids[home], u.Dataset.Name, u.Dataset.Version, u.Tag})
			}
			if len(uses) >= maxDatasetUses {
				return nil
			}
		}
		return nil
	})
	return uses, err
}
