package tracking

import (
	"context"
	"errors"
	"strconv"
	"strings"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/store"
)

// experimentUID writes an experiment's identity in its one canonical form. An
// empty one stands for the experiment Default.
func experimentUID(id string) (string, error) {
	if id == "" {
		return defaultExperiment, nil
	}
	n, err := strconv.ParseInt(strings.TrimSpace(id), 10, 64)
	if errors.Is(err, strconv.ErrRange) {
		return id, nil // a number, and no experiment has it
	}
	if err != nil {
		return "", invalid("Invalid experiment ID '%s'. Experiment ID must be a valid integer.", id)
	}
	return strconv.FormatInt(n, 10), nil
}

func experimentNode(r store.Reader, ws pedigree.NodeID, id string) (pedigree.Node, error) {
	uid, err := experimentUID(id)
	if err != nil {
		return pedigree.Node{}, err
	}
	n, err := r.Node(ws, pedigree.ExperimentType, uid)
	return n, orMissing(err, "No Experiment with id=%s exists", uid)
}

func liveExperiment(r store.Reader, ws pedigree.NodeID, id string) (pedigree.Node, error) {
	n, err := experimentNode(r, ws, id)
	if err == nil && !n.Live() {
		err = invalid("The experiment %s must be in the 'active' state. Current state is deleted.", n.UID)
	}
	return n, err
}

func runNode(r store.Reader, ws pedigree.NodeID, id string) (pedigree.Node, error) {
	n, err := r.Node(ws, pedigree.RunType, id)
	return n, orMissing(err, "Run with id=%s not found", id)
}

func liveRun(r store.Reader, ws pedigree.NodeID, id string) (pedigree.Node, error) {
	n, err := runNode(r, ws, id)
	if err == nil && !n.Live() {
		err = invalid("The run %s must be in the 'active' state. Current state is deleted.", n.UID)
	}
	return n, err
}

func modelNode(r store.Reader, ws pedigree.NodeID, id string) (pedigree.Node, error) {
	n, err := r.Node(ws, pedigree.LoggedModelType, id)
	return n, orMissing(err, "Logged model with ID '%s' not found.", id)
}

// orMissing gives the store's NotFound, which is for no client, the words that
// are.
func orMissing(err error, format string, args ...any) error {
	if err != nil && pedigree.CodeOf(err) == pedigree.NotFound {
		return pedigree.Errorf(pedigree.NotFound, format, args...)
	}
	return err
}

// changeRun runs fn on a live run inside one transaction.
func (s *Service) changeRun(ctx context.Context, ws pedigree.NodeID, id string, fn func(store.Tx, *pedigree.Node) error) error {
	return s.store.Update(ctx, func(tx store.Tx) error {
		run, err := liveRun(tx, ws, id)
		if err != nil {
			return err
		}
		return fn(tx, &run)
	})
}

// changeExperiment runs fn on a live experiment inside one transaction.
func (s *Service) changeExperiment(ctx context.Context, ws pedigree.NodeID, id string, fn func(store.Tx, *pedigree.Node) error) error {
	return s.store.Update(ctx, func(tx store.Tx) error {
		n, err := liveExperiment(tx, ws, id)
		if err != nil {
			return err
		}
		return fn(tx, &n)
	})
}

// homes resolves the experiments that a search names. Those that do not exist
// have nothing to find. uids tells the UID of each.
func homes(r store.Reader, ws pedigree.NodeID, experiments []string) (ids []pedigree.NodeID, uids map[pedigree.NodeID]string, err error) {
	uids = make(map[pedigree.NodeID]string, len(experiments))
	for _, id := range experiments {
		n, err := experimentNode(r, ws, id)
		if pedigree.CodeOf(err) == pedigree.NotFound {
			continue
		}
		if err != nil {
			return nil, nil, err
		}
		if _, seen := uids[n.ID]; !seen {
			uids[n.ID] = n.UID
			ids = append(ids, n.ID)
		}
	}
	return ids, uids, nil
}

// uidsOf tells the UIDs of nodes in one call. Unknown nodes are absent.
func uidsOf(r store.Reader, ids []pedigree.NodeID) (map[pedigree.NodeID]string, error) {
	nodes, err := r.Nodes(ids)
	if err != nil {
		return nil, err
	}
	uids := make(map[pedigree.NodeID]string, len(nodes))
	for i := range nodes {
		uids[nodes[i].ID] = nodes[i].UID
	}
	return uids, nil
}

// inSpace copies properties into a space. Of those with one key the last
// stands, at the place of the first.
func inSpace(space pedigree.Space, properties []pedigree.Property) []pedigree.Property {
	out := make([]pedigree.Property, 0, len(properties)+1)
	var places map[string]int
	if len(properties) > 1 {
		places = make(map[string]int, len(properties))
	}
	for _, p := range properties {
		p.Space = space
		if i, seen := places[p.Key]; seen {
			out[i] = p
			continue
		}
		if places != nil {
			places[p.Key] = len(out)
		}
		out = append(out, p)
	}
	return out
}
