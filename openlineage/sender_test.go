package openlineage

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/egress"
	"github.com/pedigree-ml/pedigree/identity"
	"github.com/pedigree-ml/pedigree/jobs"
	"github.com/pedigree-ml/pedigree/store"
	"github.com/pedigree-ml/pedigree/store/sqlite"
)

// A receiver notes the events that it takes, and refuses some first.
type receiver struct {
	mu     sync.Mutex
	refuse []int // statuses to answer with, in turn, before it takes any
	taken  []string
	calls  int
}

func (r *receiver) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	body, _ := io.ReadAll(req.Body)
	r.mu.Lock()
	defer r.mu.Unlock()
	r.calls++
	if len(r.refuse) > 0 {
		w.WriteHeader(r.refuse[0])
		r.refuse = r.refuse[1:]
		return
	}
	if req.URL.Path != "/api/v1/lineage" || req.Header.Get("Authorization") != "Bearer key" {
		w.WriteHeader(http.StatusUnauthorized)
		return
	}
	r.taken = append(r.taken, strings.TrimSpace(string(body)))
	w.WriteHeader(http.StatusCreated)
}

func newSender(t *testing.T, s store.Store, r *receiver) *Sender {
	t.Helper()
	there := httptest.NewServer(r)
	t.Cleanup(there.Close)
	client := egress.New(egress.Options{AllowHTTP: true, Allow: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}})
	return &Sender{
		Rules: jobs.New(s), Client: client, Log: slog.New(slog.DiscardHandler), URL: there.URL + "/", APIKey: "key",
		Pause: func(context.Context, time.Duration) {},
	}
}

// registered writes a version of a model that the run of trained wrote.
func registered(t *testing.T, s store.Store) {
	t.Helper()
	err := s.Update(t.Context(), func(tx store.Tx) error {
		run, err := tx.Node(1, pedigree.RunType, "0123456789abcdef0123456789abcdef")
		if err != nil {
			return err
		}
		model := pedigree.Node{
			Workspace: 1, Home: 1, Type: pedigree.RegisteredModelType, UID: "m", Name: "fare", Started: pedigree.NoTime, Ended: pedigree.NoTime, Deleted: pedigree.NoTime,
		}
		version := pedigree.Node{
			Workspace: 1, Home: 1, Type: pedigree.ModelVersionType, UID: "m/3", Name: "fare", Version: "3",
			Started: pedigree.NoTime, Ended: pedigree.NoTime, Deleted: pedigree.NoTime,
		}
		for _, n := range []*pedigree.Node{&model, &version} {
			if err := tx.CreateNode(n); err != nil {
				return err
			}
		}
		if err := identity.Locate(tx, &version, "", identity.VersionURI("m", 3)); err != nil {
			return err
		}
		_, err = tx.PutEvent(&pedigree.Event{Execution: run.ID, Artifact: version.ID, Direction: pedigree.Output, Time: 2_500})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// trained writes a run of MLflow that read something.
func trained(t *testing.T, s store.Store) {
	t.Helper()
	err := s.Update(t.Context(), func(tx store.Tx) error {
		x := pedigree.Node{Workspace: 1, Home: 1, Type: pedigree.ExperimentType, UID: "7", Name: "prices", Started: pedigree.NoTime, Ended: pedigree.NoTime, Deleted: pedigree.NoTime}
		if err := tx.CreateNode(&x); err != nil {
			return err
		}
		run := pedigree.Node{
			Workspace: 1, Home: x.ID, Type: pedigree.RunType, UID: "0123456789abcdef0123456789abcdef", State: "FINISHED",
			Started: 1_000, Ended: 2_500, Deleted: pedigree.NoTime,
		}
		data := pedigree.Node{
			Workspace: 1, Home: 1, Type: pedigree.DatasetType, UID: "d", Name: "features", Version: "9f",
			Started: pedigree.NoTime, Ended: pedigree.NoTime, Deleted: pedigree.NoTime,
		}
		for _, n := range []*pedigree.Node{&run, &data} {
			if err := tx.CreateNode(n); err != nil {
				return err
			}
		}
		if err := identity.Locate(tx, &data, data.Version, "s3a://b/features.parquet"); err != nil {
			return err
		}
		if err := tx.PutProperties(&run, pedigree.Property{Space: pedigree.Param, Key: "lr", Value: "0.1"}); err != nil {
			return err
		}
		_, err := tx.PutEvent(&pedigree.Event{Execution: run.ID, Artifact: data.ID, Direction: pedigree.Input, Time: 1_000})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func openStore(t *testing.T) store.Store {
	t.Helper()
	s, err := sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "db"), sqlite.Options{
		Durability: sqlite.Normal, Clock: func() pedigree.Time { return now },
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

func TestWhatOtherWiresWriteIsToldOnceAndInOrder(t *testing.T) {
	s, r := openStore(t), &receiver{refuse: []int{503, 429, 500}}
	trained(t, s)
	sender := newSender(t, s, r)
	if _, err := sender.sendSome(t.Context()); err != nil {
		t.Fatal(err)
	}
	const dataset = `{"namespace":"s3://b","name":"features.parquet","facets":{"version":{"_producer":"https://github.com/pedigree-ml/pedigree",` +
		`"_schemaURL":"https://openlineage.io/spec/facets/1-0-1/DatasetVersionDatasetFacet.json#/$defs/DatasetVersionDatasetFacet","datasetVersion":"9f"}}}`
	run := func(kind, at string) string {
		return fmt.Sprintf(`{"eventType":"%s","eventTime":"1970-01-01T00:00:0%sZ","producer":"https://github.com/pedigree-ml/pedigree",`+
			`"schemaURL":"https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent",`+
			`"run":{"runId":"01234567-89ab-cdef-0123-456789abcdef","facets":{"pedigree_params":{"_producer":"https://github.com/pedigree-ml/pedigree",`+
			`"_schemaURL":"https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunFacet","params":{"lr":"0.1"}}}},`+
			`"job":{"namespace":"mlflow","name":"prices"},"inputs":[%s]}`, kind, at, dataset)
	}
	want := []string{
		`{"eventTime":"2026-05-28T20:26:40.000Z","producer":"https://github.com/pedigree-ml/pedigree",` +
			`"schemaURL":"https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/DatasetEvent","dataset":` + dataset + `}`,
		run("START", "1.000"), run("COMPLETE", "2.500"),
	}
	if got := strings.Join(r.taken, "\n"); got != strings.Join(want, "\n") {
		t.Errorf("told\n%s\nwant\n%s", got, strings.Join(want, "\n"))
	}
	// The receiver of our events is one of ours: it must understand them.
	for _, body := range r.taken {
		if _, err := decode([]byte(body)); err != nil {
			t.Errorf("%s: %v", body, err)
		}
	}
	again := &Sender{Rules: jobs.New(s), Client: sender.Client, Log: sender.Log, URL: sender.URL, APIKey: "key"}
	if _, err := again.sendSome(t.Context()); err != nil || len(r.taken) != len(want) {
		t.Errorf("after a restart %d events were told (%v), want %d", len(r.taken), err, len(want))
	}
}

func TestWhatCameByOpenLineageIsToldOnlyWhenAsked(t *testing.T) {
	s, r := openStore(t), &receiver{}
	e, err := decode([]byte(sound))
	if err != nil {
		t.Fatal(err)
	}
	if err := jobs.New(s).Record(t.Context(), pedigree.DefaultWorkspace, e); err != nil {
		t.Fatal(err)
	}
	sender := newSender(t, s, r)
	if _, err := sender.sendSome(t.Context()); err != nil || r.calls != 0 {
		t.Errorf("%d calls (%v)", r.calls, err)
	}
	sender.URL, sender.Relay = strings.TrimSuffix(sender.URL, "/"), true // another place, which has heard nothing yet
	if _, err := sender.sendSome(t.Context()); err != nil || len(r.taken) != 3 {
		t.Errorf("told %q (%v), want the run and two data sets", r.taken, err)
	}
}

func TestAnEventThatIsRefusedForGoodIsPassedOver(t *testing.T) {
	s, r := openStore(t), &receiver{refuse: []int{422}}
	trained(t, s)
	if _, err := newSender(t, s, r).sendSome(t.Context()); err != nil || len(r.taken) != 2 {
		t.Errorf("took %d events (%v), want 2", len(r.taken), err)
	}
}

func TestASenderThatIsStoppedKeepsItsPlace(t *testing.T) {
	s, r := openStore(t), &receiver{refuse: []int{503}}
	trained(t, s)
	sender := newSender(t, s, r)
	ctx, stop := context.WithCancel(t.Context())
	sender.Pause = func(context.Context, time.Duration) { stop() }
	sender.Run(ctx)
	sender.Pause = nil
	if _, err := sender.sendSome(t.Context()); err != nil || len(r.taken) != 3 {
		t.Errorf("took %d events (%v), want all 3", len(r.taken), err)
	}
}
