package jobs

import (
	"context"
	"encoding/hex"
	"slices"
	"strings"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/store"
)

// News is what was written since a follower last asked.
type News struct {
	Runs     []RunView     // that were touched, with all that is known of them
	Datasets []DatasetView // likewise
	Position int64         // to note once it has been passed on
	More     bool          // there may be more to ask for
}

// sending are the ways to touch a node that are worth telling. Params and tags
// come in great numbers and go along with the rest.
const sending = pedigree.TouchCreated | pedigree.TouchNode | pedigree.TouchEvents

// Unsent gives what was written by wires other than OpenLineage, and with relay
// also by that, since the place that a follower has noted, looking at so many
// entries of the feed.
func (s *Service) Unsent(ctx context.Context, follower string, relay bool, limit int) (news News, err error) {
	err = s.store.View(ctx, func(r store.Reader) error {
		news = News{}
		after, err := r.Position(follower)
		if err != nil {
			return err
		}
		entries, err := r.Feed(after, limit)
		if err != nil || len(entries) == 0 {
			return err
		}
		news.Position, news.More = entries[len(entries)-1].ID, len(entries) == limit
		touched := make(map[pedigree.NodeID][]pedigree.NodeID) // by workspace
		for _, e := range entries {
			if e.Touch&sending != 0 {
				touched[e.Workspace] = append(touched[e.Workspace], e.Node)
			}
		}
		for ws, ids := range touched {
			if err := news.add(newViewer(r, ws), ids, relay); err != nil {
				return err
			}
		}
		return nil
	})
	return news, err
}

func (n *News) add(v *viewer, ids []pedigree.NodeID, relay bool) error {
	slices.Sort(ids)
	nodes, err := v.Nodes(slices.Compact(ids))
	if err != nil {
		return err
	}
	var executions, artifacts []pedigree.Node
	for i := range nodes {
		switch own := strings.HasPrefix(nodes[i].Type.Name, "openlineage."); {
		case own && !relay || !nodes[i].Live() || nodes[i].Type == pedigree.JobSignatureType:
		case nodes[i].Type.Kind == pedigree.Execution:
			executions = append(executions, nodes[i])
		case nodes[i].Type.Kind == pedigree.Artifact:
			artifacts = append(artifacts, nodes[i])
		}
	}
	runs, err := v.runs(executions)
	if err != nil {
		return err
	}
	datasets, err := datasetsOf(v, artifacts)
	n.Runs, n.Datasets = append(n.Runs, runs...), append(n.Datasets, datasets...)
	return err
}

// Sent notes that a follower has passed on what it was given.
func (s *Service) Sent(ctx context.Context, follower string, position int64) error {
	return s.store.Update(ctx, func(tx store.Tx) error { return tx.SetPosition(follower, position) })
}

// Changed is closed when something is next written; see [store.Store].
func (s *Service) Changed() <-chan struct{} { return s.store.Changed() }

// RunID gives a run an identity that OpenLineage takes: its own where that is a
// UUID, with dashes or without, and else one that is made of it.
func RunID(run *pedigree.Node) string {
	if validRunID(run.UID) {
		return run.UID
	}
	if raw, err := hex.DecodeString(run.UID); err == nil && len(raw) == 16 {
		t := run.UID
		return t[:8] + "-" + t[8:12] + "-" + t[12:16] + "-" + t[16:20] + "-" + t[20:]
	}
	return nameUUID("run:" + run.Type.Name + "/" + run.UID)
}
