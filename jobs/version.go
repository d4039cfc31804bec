package jobs

import (
	"cmp"
	"context"
	"crypto/sha1" //nolint:gosec // what version 5 of a UUID is made of
	"encoding/hex"
	"encoding/json"
	"slices"

	"github.com/pedigree-ml/pedigree"
)

// A VersionView is a state of a data set: what one run left there.
type VersionView struct {
	ID     string // a UUID
	Run    RunView
	Time   pedigree.Time
	Facets Facets // as the run said
}

// VersionID names the state of a data set that a run left.
func VersionID(dataset Name, run *pedigree.Node) string {
	return nameUUID("dataset:" + dataset.Qualified() + "#" + run.Type.Name + "/" + run.UID)
}

// ReadID names the state of a data set that a run read: what its producer says,
// or, where nobody says which it was, the same for all of them.
func ReadID(u *UseView) string {
	if u.Artifact.Version != "" {
		return u.Artifact.Version
	}
	return nameUUID("dataset:" + u.Qualified())
}

// nameUUID makes a UUID of a text, the same each time.
func nameUUID(text string) string {
	sum := sha1.Sum([]byte("openlineage\x00" + text)) //nolint:gosec // see above
	id := sum[:16]
	id[6], id[8] = id[6]&0x0f|0x50, id[8]&0x3f|0x80
	t := hex.EncodeToString(id)
	return t[:8] + "-" + t[8:12] + "-" + t[12:16] + "-" + t[16:20] + "-" + t[20:]
}

// maxWriters bounds the runs that are looked at to list versions.
const maxWriters = 100_000

// Versions lists the states of a data set, the newest first, and counts them.
func (s *Service) Versions(ctx context.Context, ws pedigree.NodeID, name Name, p Page) (all []VersionView, total int, err error) {
	err = s.view(ctx, ws, func(v *viewer) error {
		writes, err := v.writesOf(name)
		if err != nil {
			return err
		}
		total = len(writes)
		writes = writes[min(p.Offset, total):]
		all, err = v.versions(name, writes[:min(p.Limit, len(writes))])
		return err
	})
	return all, total, err
}

// Version finds a state of a data set by its identity.
func (s *Service) Version(ctx context.Context, ws pedigree.NodeID, name Name, id string) (version VersionView, err error) {
	err = s.view(ctx, ws, func(v *viewer) error {
		writes, err := v.writesOf(name)
		if err != nil {
			return err
		}
		var ids []pedigree.NodeID
		for _, w := range writes {
			ids = append(ids, w.Execution)
		}
		executions, err := v.Nodes(ids)
		if err != nil {
			return err
		}
		for i := range executions {
			if VersionID(name, &executions[i]) == id {
				at := slices.IndexFunc(writes, func(e pedigree.Event) bool { return e.Execution == executions[i].ID })
				found, err := v.versions(name, writes[at:at+1])
				if err == nil && len(found) == 1 {
					version = found[0]
				}
				return err
			}
		}
		return missing("Dataset version", id)
	})
	return version, err
}

// writesOf gives the last event in which each run wrote a data set or what else
// is in its place, the newest first.
func (v *viewer) writesOf(name Name) ([]pedigree.Event, error) {
	if _, err := v.dataset(name); err != nil {
		return nil, err
	}
	artifacts, err := v.artifactsAt(name)
	if err != nil {
		return nil, err
	}
	events, err := v.Producers(idsOf(artifacts))
	if err != nil {
		return nil, err
	}
	slices.SortFunc(events, func(a, b pedigree.Event) int { return cmp.Or(-cmp.Compare(a.Time, b.Time), -cmp.Compare(a.ID, b.ID)) })
	seen := make(map[pedigree.NodeID]bool)
	events = slices.DeleteFunc(events, func(e pedigree.Event) bool {
		again := seen[e.Execution] || e.Role == pedigree.RoleDeclared
		seen[e.Execution] = true
		return again
	})
	return events[:min(len(events), maxWriters)], nil
}

func (v *viewer) versions(name Name, writes []pedigree.Event) ([]VersionView, error) {
	all := make([]VersionView, 0, len(writes))
	for _, e := range writes {
		nodes, err := v.Nodes([]pedigree.NodeID{e.Execution})
		if err != nil {
			return nil, err
		}
		runs, err := v.runs(nodes)
		if err != nil {
			return nil, err
		}
		if len(runs) == 0 {
			continue
		}
		facets, err := v.facetsBy(runs[0].ID, name)
		if err != nil {
			return nil, err
		}
		all = append(all, VersionView{VersionID(name, &runs[0].Node), runs[0], e.Time, facets})
	}
	return all, nil
}

// maxReports bounds the reports about one run that are looked through.
const maxReports = 100

// facetsBy gives the facets of a data set as a run reported them.
func (v *viewer) facetsBy(run pedigree.NodeID, name Name) (Facets, error) {
	reports, err := v.ReportsOf(run, 0, maxReports)
	if err != nil {
		return nil, err
	}
	slices.SortStableFunc(reports, func(a, b pedigree.Report) int { return cmp.Compare(a.Time, b.Time) })
	facets := make(Facets)
	for _, r := range reports {
		for _, o := range read[reportOutputs](string(r.Body)).Outputs {
			if o.Namespace != name.Namespace || o.Name != name.Name {
				continue
			}
			for key, text := range o.Facets {
				facets[key] = string(text)
			}
		}
	}
	return facets, nil
}

// reportOutputs are what a report says was written.
type reportOutputs struct {
	Outputs []struct {
		identifier
		Facets map[string]json.RawMessage `json:"facets"`
	} `json:"outputs"`
}
