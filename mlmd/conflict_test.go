package mlmd_test

import (
	"database/sql"
	"math"
	"path/filepath"
	"slices"
	"testing"

	"google.golang.org/grpc/codes"
	"google.golang.org/protobuf/proto"
	_ "modernc.org/sqlite" // for the process that holds the database

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/graph"
	"github.com/pedigree-ml/pedigree/mlmd/mlmdpb"
	"github.com/pedigree-ml/pedigree/server"
	"github.com/pedigree-ml/pedigree/store/sqlite"
)

// The server writes one call after the other, so its clients never conflict with
// each other. Another process that holds the database is the one conflict that
// there is: ML Metadata's clients repeat what is ABORTED.
func TestAWriteWhileAnotherProcessHoldsTheDatabaseIsAborted(t *testing.T) {
	if testing.Short() {
		t.Skip("waits for five seconds, as long as the server does for the database")
	}
	path := filepath.Join(t.TempDir(), "db")
	s, err := sqlite.Open(t.Context(), path, sqlite.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	f := &fixture{t: t, store: s}
	f.listen(server.Limits{}, graph.Options{})
	f.declare()
	other, err := sql.Open("sqlite", path)
	f.must(err)
	defer other.Close()
	other.SetMaxOpenConns(1)
	_, err = other.ExecContext(t.Context(), "BEGIN IMMEDIATE")
	f.must(err)
	_, err = f.PutArtifacts(t.Context(), &mlmdpb.PutArtifactsRequest{Artifacts: []*mlmdpb.Artifact{f.node()}})
	f.refused("a write", err, codes.Aborted, "try again")
	if n := f.count(pedigree.Artifact); n != 0 {
		t.Errorf("%d artifacts are left", n)
	}
	_, err = other.ExecContext(t.Context(), "ROLLBACK")
	f.must(err)
	f.put(f.node())
}

// What a client presumes of a node is a precondition, not a conflict that goes
// away: the engine's code is FAILED_PRECONDITION, which no client repeats.
func TestAnUpdateTimeThatHasChangedIsAFailedPrecondition(t *testing.T) {
	f := serve(t, graph.Options{})
	id := f.put(f.node())[0]
	a := f.get(id)
	put := func(abort bool) error {
		a.CustomProperties = map[string]*mlmdpb.Value{"k": text("new")}
		_, err := f.PutArtifacts(t.Context(), &mlmdpb.PutArtifactsRequest{
			Artifacts: []*mlmdpb.Artifact{f.node(), a}, Options: &mlmdpb.PutArtifactsRequest_Options{AbortIfLatestUpdatedTimeChanged: &abort},
		})
		return err
	}
	a.LastUpdateTimeSinceEpoch = proto.Int64(a.GetLastUpdateTimeSinceEpoch() - 1)
	f.refused("another time", put(true), codes.FailedPrecondition, "abort_if_latest_updated_time_changed")
	if n := f.count(pedigree.Artifact); n != 1 || f.get(id).CustomProperties["k"] != nil {
		t.Errorf("%d artifacts are there, and the one is %v", n, f.get(id))
	}
	a.LastUpdateTimeSinceEpoch = proto.Int64(math.MinInt64)
	f.refused("the least time", put(true), codes.FailedPrecondition, "abort_if_latest_updated_time_changed")
	f.must(put(false))
}

func TestABatchOfAMillionIsRefusedAndTheClientNotTemptedToRepeatIt(t *testing.T) {
	f := serve(t, graph.Options{})
	many := slices.Repeat([]*mlmdpb.Artifact{f.node()}, 1_000_000)
	_, err := f.PutArtifacts(t.Context(), &mlmdpb.PutArtifactsRequest{Artifacts: many})
	f.refused("artifacts", err, codes.ResourceExhausted, "several requests")
	events := slices.Repeat([]*mlmdpb.Event{{ArtifactId: proto.Int64(1), ExecutionId: proto.Int64(1), Type: mlmdpb.Event_INPUT.Enum()}}, 1_000_000)
	_, err = f.PutEvents(t.Context(), &mlmdpb.PutEventsRequest{Events: events})
	f.refused("events", err, codes.ResourceExhausted, "several requests")
	if n := f.count(pedigree.Artifact); n != 0 {
		t.Errorf("%d artifacts are left", n)
	}
}
