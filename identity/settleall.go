package identity

import (
	"context"
	"log/slog"
	"time"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/store"
)

// settler is the name under which the pass notes how far it has come.
const settler = "identity.settle"

// How much one transaction of the pass reads and writes.
const (
	settleScan  = 2000 // nodes
	settlePages = 20
	settleWrite = 200 // artifacts; everyone who writes waits
)

// SettleAll finds places for artifacts that were stored before the server
// looked at where they are. It works in small transactions beside all else and
// notes how far it has come, so that one that is ended goes on from there; one
// that has come to the end costs nothing. It returns when it is done or ctx is.
func SettleAll(ctx context.Context, s store.Store, log *slog.Logger) {
	settled, err := settleAll(ctx, s)
	if settled > 0 {
		log.Info("found out where artifacts are that were stored before", "artifacts", settled)
	}
	if err != nil && ctx.Err() == nil {
		log.Error("not all artifacts that were stored before have a place; the next start goes on", "error", err)
	}
}

func settleAll(ctx context.Context, s store.Store) (settled int, err error) {
	for {
		var nodes []pedigree.Node
		var last pedigree.NodeID
		err := s.View(ctx, func(r store.Reader) error {
			after, err := r.Position(settler)
			if err != nil {
				return err
			}
			nodes, last, err = nextUnsettled(r, pedigree.NodeID(after))
			return err
		})
		if err != nil || last == 0 {
			return settled, err
		}
		for len(nodes) > settleWrite {
			if err := settleAtLeisure(ctx, s, nodes[:settleWrite], nodes[settleWrite-1].ID); err != nil {
				return settled, err
			}
			settled += settleWrite
			nodes = nodes[settleWrite:]
		}
		if err := settleAtLeisure(ctx, s, nodes, last); err != nil {
			return settled, err
		}
		settled += len(nodes)
	}
}

// nextUnsettled looks for artifacts without a place, over several pages where
// there are none, since noting how far it has come is a write.
func nextUnsettled(r store.Reader, after pedigree.NodeID) (nodes []pedigree.Node, last pedigree.NodeID, err error) {
	for range settlePages {
		found, end, err := r.Unlocated(after, settleScan)
		if err != nil || end == 0 {
			return nil, last, err
		}
		if last, after = end, end; len(found) > 0 {
			return found, last, nil
		}
	}
	return nil, last, nil
}

// leisure is how many times as long as a write took nothing is done after it:
// there is no hurry, and whoever else writes waits meanwhile.
const leisure = 3

// settleAtLeisure settles some and then lets others have their turn.
func settleAtLeisure(ctx context.Context, s store.Store, nodes []pedigree.Node, last pedigree.NodeID) error {
	begun := time.Now()
	err := settleSome(ctx, s, nodes, last)
	rest := time.NewTimer(leisure * time.Since(begun))
	defer rest.Stop()
	select {
	case <-ctx.Done():
	case <-rest.C:
	}
	return err
}

// settleSome settles artifacts and notes how far the pass has come.
func settleSome(ctx context.Context, s store.Store, nodes []pedigree.Node, last pedigree.NodeID) error {
	ids := make([]pedigree.NodeID, len(nodes))
	for i := range nodes {
		ids[i] = nodes[i].ID
	}
	return s.Update(ctx, func(tx store.Tx) error {
		now, err := tx.Nodes(ids) // they may have changed meanwhile, or be gone
		if err != nil {
			return err
		}
		at := make([]pedigree.NodeID, len(now))
		for i := range now {
			at[i] = now[i].ID
		}
		facts, err := tx.Facts(at, pedigree.Field, pedigree.Custom)
		if err != nil {
			return err
		}
		for i := range now {
			if err := Settle(tx, &now[i], facts[i].Properties); err != nil {
				return err
			}
			if err := Descend(tx, &now[i], facts[i].Properties); err != nil {
				return err
			}
		}
		return tx.SetPosition(settler, int64(last))
	})
}
