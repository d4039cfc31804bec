package mlmd_test

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/graph"
	"github.com/pedigree-ml/pedigree/mlmd/mlmdpb"
	"github.com/pedigree-ml/pedigree/server"
	"github.com/pedigree-ml/pedigree/store"
)

func TestABatchThatTakesTooLongEndsAndIsNotKept(t *testing.T) {
	f := serve(t, graph.Options{})
	hasty := f.over(f.store, server.Limits{AnswerTime: 50 * time.Millisecond})
	many := make([]*mlmdpb.Artifact, 100_000)
	for i := range many {
		many[i] = f.node()
	}
	_, err := hasty.PutArtifacts(t.Context(), &mlmdpb.PutArtifactsRequest{Artifacts: many})
	f.refused("the batch", err, codes.Unavailable, "")
	if n := f.count(pedigree.Artifact); n != 0 {
		t.Errorf("%d artifacts are left", n)
	}
}

// A store that tells when a write is under way, and lets it go on.
type slowStore struct {
	store.Store
	began chan struct{}
	goOn  chan struct{}
}

// Update says that it begins, inside the transaction.
func (s *slowStore) Update(ctx context.Context, fn func(store.Tx) error) error {
	return s.Store.Update(ctx, func(tx store.Tx) error {
		s.began <- struct{}{}
		<-s.goOn
		return fn(tx)
	})
}

func TestAClientThatHangsUpInTheMiddleLeavesNothingHalfWritten(t *testing.T) {
	f := serve(t, graph.Options{})
	slow := &slowStore{f.store, make(chan struct{}), make(chan struct{})}
	g := f.over(slow, server.Limits{})
	var pairs []*mlmdpb.PutExecutionRequest_ArtifactAndEvent
	for range 50 {
		pairs = append(pairs, &mlmdpb.PutExecutionRequest_ArtifactAndEvent{Artifact: f.node(), Event: &mlmdpb.Event{Type: mlmdpb.Event_OUTPUT.Enum()}})
	}
	for _, hangUp := range []func(context.CancelFunc){
		func(cancel context.CancelFunc) { cancel() },
		func(context.CancelFunc) { g.conn.Close() },
	} {
		ctx, cancel := context.WithCancel(t.Context())
		left := make(chan error, 1)
		go func() {
			_, err := g.PutExecution(ctx, &mlmdpb.PutExecutionRequest{
				Execution: &mlmdpb.Execution{TypeId: &f.execution}, ArtifactEventPairs: pairs, Contexts: []*mlmdpb.Context{{TypeId: &f.ctxt, Name: proto.String("c")}},
			})
			left <- err
		}()
		<-slow.began
		hangUp(cancel)
		if code := status.Code(<-left); code != codes.Canceled && code != codes.Unavailable {
			t.Errorf("the client learns %v", code)
		}
		slow.goOn <- struct{}{}
		cancel()
		f.must(f.store.Update(t.Context(), func(store.Tx) error { return nil })) // waits for the write under way
		a, e, c := f.count(pedigree.Artifact), f.count(pedigree.Execution), f.count(pedigree.Context)
		if whole := a == 50 && e == 1 && c == 1; !whole && a+e+c != 0 {
			t.Errorf("%d artifacts, %d executions and %d contexts are left", a, e, c)
		}
	}
}

// over serves the same data over another store, or with other limits.
func (f *fixture) over(s store.Store, limits server.Limits) *fixture {
	f.t.Helper()
	other := *f
	other.store = s
	other.listen(limits, graph.Options{})
	return &other
}

// together runs work at once and counts the codes that it ended with.
func together(n int, work func(i int) error) map[codes.Code]int {
	ended := make([]error, n)
	var all sync.WaitGroup
	for i := range n {
		all.Go(func() { ended[i] = work(i) })
	}
	all.Wait()
	counts := make(map[codes.Code]int)
	for _, err := range ended {
		counts[status.Code(err)]++
	}
	return counts
}

const writers = 64

func TestOfManyWritersNoneIsLost(t *testing.T) {
	f := serve(t, graph.Options{})
	const each = 8
	var mu sync.Mutex
	ids := make(map[int64]string)
	counts := together(writers, func(w int) error {
		for i := range each {
			a, name := f.node(), fmt.Sprint(w, "/", i)
			a.Name, a.CustomProperties = &name, map[string]*mlmdpb.Value{"name": text(name)}
			r, err := f.PutArtifacts(t.Context(), &mlmdpb.PutArtifactsRequest{Artifacts: []*mlmdpb.Artifact{a}})
			if err != nil {
				return err
			}
			mu.Lock()
			ids[r.GetArtifactIds()[0]] = name
			mu.Unlock()
		}
		return nil
	})
	if counts[codes.OK] != writers || len(ids) != writers*each {
		t.Errorf("ended with %v, %d identities", counts, len(ids))
	}
	all, err := f.GetArtifacts(t.Context(), &mlmdpb.GetArtifactsRequest{})
	f.must(err)
	for _, a := range all.GetArtifacts() {
		if name := ids[a.GetId()]; a.GetName() != name || a.CustomProperties["name"].GetStringValue() != name {
			t.Errorf("%d is %v, want %s", a.GetId(), a, name)
		}
		delete(ids, a.GetId())
	}
	if len(ids) != 0 {
		t.Errorf("lost %v", ids)
	}
}

func TestOfManyWhoPutTheSameNameOneMakesIt(t *testing.T) {
	f := serve(t, graph.Options{})
	counts := together(writers, func(int) error {
		_, err := f.PutContexts(t.Context(), &mlmdpb.PutContextsRequest{Contexts: []*mlmdpb.Context{{TypeId: &f.ctxt, Name: proto.String("same")}}})
		return err
	})
	if counts[codes.OK] != 1 || counts[codes.AlreadyExists] != writers-1 {
		t.Errorf("ended with %v", counts)
	}
	reuse := &mlmdpb.PutExecutionRequest_Options{ReuseContextIfAlreadyExist: proto.Bool(true)}
	counts = together(writers, func(int) error {
		_, err := f.PutExecution(t.Context(), &mlmdpb.PutExecutionRequest{
			Execution: &mlmdpb.Execution{TypeId: &f.execution}, Contexts: []*mlmdpb.Context{{TypeId: &f.ctxt, Name: proto.String("other")}}, Options: reuse,
		})
		return err
	})
	if counts[codes.OK] != writers || f.count(pedigree.Context) != 2 || f.count(pedigree.Execution) != writers {
		t.Errorf("with reuse ended with %v: %d contexts", counts, f.count(pedigree.Context))
	}
}

// Each writer counts one up as clients do: it reads, and puts on condition that
// nobody has changed the node since. In a millisecond a node may change twice,
// so the count itself is the proof only where times differ.
func TestOfManyWhoChangeANodeNoneIsLost(t *testing.T) {
	f := serve(t, graph.Options{})
	id := f.put(f.node())[0]
	var refused atomic.Int64
	counts := together(writers, func(w int) error {
		key := fmt.Sprint("writer ", w)
		for {
			r, err := f.GetArtifactsByID(t.Context(), &mlmdpb.GetArtifactsByIDRequest{ArtifactIds: []int64{id}})
			if err != nil {
				return err
			}
			a := r.GetArtifacts()[0]
			if a.CustomProperties == nil {
				a.CustomProperties = make(map[string]*mlmdpb.Value)
			}
			a.CustomProperties[key] = whole(1)
			_, err = f.PutArtifacts(t.Context(), &mlmdpb.PutArtifactsRequest{
				Artifacts: []*mlmdpb.Artifact{a}, Options: &mlmdpb.PutArtifactsRequest_Options{AbortIfLatestUpdatedTimeChanged: proto.Bool(true)},
			})
			if status.Code(err) != codes.FailedPrecondition {
				return err
			}
			refused.Add(1)
		}
	})
	if got := f.get(id); counts[codes.OK] != writers || len(got.CustomProperties) != writers {
		t.Errorf("ended with %v after %d refusals: %d of %d changes are there", counts, refused.Load(), len(got.CustomProperties), writers)
	}
}

func TestReadersDoNotWaitForAWriter(t *testing.T) {
	f := serve(t, graph.Options{})
	id := f.put(f.node())[0]
	began, goOn, ended := make(chan struct{}), make(chan struct{}), make(chan error, 1)
	go func() {
		ended <- f.store.Update(context.Background(), func(store.Tx) error { close(began); <-goOn; return nil })
	}()
	<-began
	f.get(id)
	if _, err := f.GetArtifacts(t.Context(), &mlmdpb.GetArtifactsRequest{Options: &mlmdpb.ListOperationOptions{FilterQuery: proto.String("id > 0")}}); err != nil {
		t.Error(err)
	}
	if err := f.lineageOf("id > 0"); err != nil {
		t.Error(err)
	}
	close(goOn)
	f.must(<-ended)
}
