package notice

import (
	"context"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http/httptest"
	"net/netip"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/catalog"
	"github.com/pedigree-ml/pedigree/egress"
	"github.com/pedigree-ml/pedigree/schema"
	"github.com/pedigree-ml/pedigree/store/sqlite"
)

const ws = pedigree.DefaultWorkspace

// env is the rules on a store of their own.
type env struct {
	*testing.T
	*Service
	types *schema.Service
}

func newEnv(t *testing.T) *env {
	t.Helper()
	s, err := sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "db"), sqlite.Options{Durability: sqlite.Normal})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	types := schema.New(s)
	return &env{t, New(s, catalog.New(s, types)), types}
}

// table makes a data set and gives its guid.
func (e *env) table(name string) string {
	e.Helper()
	done, err := e.entities.Save(pedigree.WithActor(e.Context(), pedigree.Actor{Name: "ann"}), ws, &catalog.Batch{Entities: []*catalog.Entity{{
		TypeName: "DataSet", GUID: "-1", Attributes: map[string]any{"qualifiedName": name, "name": name},
	}}})
	if err != nil {
		e.Fatal(err)
	}
	return done.Assignments["-1"]
}

func (e *env) drop(guid string) {
	e.Helper()
	if _, err := e.entities.Delete(e.Context(), ws, []string{guid}); err != nil {
		e.Fatal(err)
	}
}

func told(events []Event) (all []string) {
	for _, e := range events {
		all = append(all, string(e.Operation)+" "+e.Entity.DisplayText)
	}
	return all
}

func TestWhatHappensIsToldOnceAndInOrder(t *testing.T) {
	e := newEnv(t)
	start, err := e.Newest(t.Context(), ws)
	if err != nil {
		t.Fatal(err)
	}
	a := e.table("a")
	e.table("b")
	e.drop(a)
	events, next, err := e.After(t.Context(), ws, start)
	if want := []string{"ENTITY_CREATE a", "ENTITY_CREATE b", "ENTITY_DELETE a"}; err != nil || !slices.Equal(told(events), want) {
		t.Errorf("%q (%v), want %q", told(events), err, want)
	}
	if events[0].Actor != "ann" || events[0].Entity.GUID != a || events[2].Entity.Status != catalog.Deleted {
		t.Errorf("%+v", events[0])
	}
	if more, again, err := e.After(t.Context(), ws, next); err != nil || len(more) != 0 || again != next {
		t.Errorf("%+v after the end, at %d (%v)", more, again, err)
	}
	if rest, _, err := e.After(t.Context(), ws, events[1].Cursor); err != nil || !slices.Equal(told(rest), []string{"ENTITY_DELETE a"}) {
		t.Errorf("after the second: %q (%v)", told(rest), err)
	}
	for _, at := range []int64{-1, next + 100} {
		if _, _, err := e.After(t.Context(), ws, at); pedigree.CodeOf(err) != pedigree.Invalid {
			t.Errorf("from %d on: %v", at, err)
		}
	}
}

func TestAWatcherGoesOnFromItsPlace(t *testing.T) {
	e := newEnv(t)
	start, err := e.Newest(t.Context(), ws)
	if err != nil {
		t.Fatal(err)
	}
	e.table("a")
	last, err := e.Newest(t.Context(), ws)
	if err != nil {
		t.Fatal(err)
	}
	for _, never := range []int64{-1, last + 1} {
		if _, err := e.Watch(t.Context(), ws, &never); !errors.Is(err, ErrCursor) {
			t.Errorf("from %d on: %v", never, err)
		}
	}
	after := map[string]*int64{"from now on": nil, "from the newest on": &last, "from the first on": &start}
	watchers, heard := make(map[string]*Watcher), make(map[string][]string)
	for name, place := range after {
		if watchers[name], err = e.Watch(t.Context(), ws, place); err != nil {
			t.Fatal(err)
		}
		defer watchers[name].Close()
	}
	for _, next := range []string{"b", "c"} {
		e.table(next)
		for name, w := range watchers {
			events, err := w.Next(t.Context(), time.Minute)
			if err != nil {
				t.Fatal(err)
			}
			heard[name] = append(heard[name], told(events)...)
		}
	}
	for name, place := range after {
		want := []string{"ENTITY_CREATE a", "ENTITY_CREATE b", "ENTITY_CREATE c"}
		if place != &start {
			want = want[1:]
		}
		if !slices.Equal(heard[name], want) {
			t.Errorf("%s it hears %q, want %q", name, heard[name], want)
		}
	}
}

func TestWhatIsToldOfAnEntityIsWhatItsTypesSay(t *testing.T) {
	e := newEnv(t)
	text := func(name string, notify bool) schema.AttributeDef {
		return schema.AttributeDef{Name: name, Type: "string", Optional: true, Max: 1, Weight: -1, Notify: notify, Cardinality: schema.Single}
	}
	_, err := e.types.Create(t.Context(), &schema.Defs{
		Classifications: []schema.ClassificationDef{
			{Base: schema.Base{Name: "Personal"}, Attributes: []schema.AttributeDef{text("why", false)}},
			{Base: schema.Base{Name: "Address"}, SuperTypes: []string{"Personal"}, Attributes: []schema.AttributeDef{text("where", false)}},
		},
		Entities: []schema.EntityDef{
			{Base: schema.Base{Name: "table"}, SuperTypes: []string{"DataSet"}, Attributes: []schema.AttributeDef{text("path", true), text("secret", false)}},
			{Base: schema.Base{Name: "view"}, SuperTypes: []string{"DataSet"}, Attributes: []schema.AttributeDef{text("path", false)}},
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	at, err := e.Newest(t.Context(), ws)
	if err != nil {
		t.Fatal(err)
	}
	given := func(typeName string) *catalog.Entity {
		return &catalog.Entity{TypeName: typeName, Attributes: map[string]any{"qualifiedName": typeName, "name": typeName, "path": "/p", "secret": "s"}}
	}
	of := given("table")
	of.Classifications = []catalog.Classification{{TypeName: "Address", Attributes: map[string]any{"why": "w", "where": "h"}}}
	if _, err := e.entities.Save(t.Context(), ws, &catalog.Batch{Entities: []*catalog.Entity{of, given("view")}}); err != nil {
		t.Fatal(err)
	}
	events, _, err := e.After(t.Context(), ws, at)
	if err != nil {
		t.Fatal(err)
	}
	for _, event := range events {
		h := event.Entity
		path := map[string]any{"table": "/p"}[h.TypeName]
		if h.Attributes["path"] != path || h.Attributes["secret"] != nil {
			t.Errorf("of a %s is told %v", h.TypeName, h.Attributes)
		}
		if h.TypeName == "view" {
			continue
		}
		if !slices.Equal(h.ClassificationNames, []string{"Address", "Personal"}) || len(h.Classifications) != 2 {
			t.Fatalf("%+v", h)
		}
		if above := h.Classifications[1]; above.EntityGUID != h.GUID || above.Attributes["why"] != "w" || len(above.Attributes) != 1 {
			t.Errorf("%+v", above)
		}
	}
}

// TestMuchThatIsNotToldIsPassedOver has more lines of the history than are looked at
// at once between two events.
func TestMuchThatIsNotToldIsPassedOver(t *testing.T) {
	e := newEnv(t)
	guid := e.table("a")
	at, err := e.Newest(t.Context(), ws)
	if err != nil {
		t.Fatal(err)
	}
	err = e.entities.Update(t.Context(), ws, func(w *catalog.Work) error {
		n, err := w.NodeByGUID(guid)
		for range 2*window + 5 {
			if err == nil {
				err = w.Audit(n, catalog.AuditLabelAdd, "Added labels: l")
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	e.drop(guid)
	events, _, err := e.After(t.Context(), ws, at)
	if err != nil || !slices.Equal(told(events), []string{"ENTITY_DELETE a"}) {
		t.Errorf("%q (%v)", told(events), err)
	}
}

func TestWatchersAreBounded(t *testing.T) {
	e := newEnv(t)
	var all []*Watcher
	for range cap(e.watchers) {
		w, err := e.Watch(t.Context(), ws, nil)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, w)
	}
	if _, err := e.Watch(t.Context(), ws, nil); pedigree.CodeOf(err) != pedigree.Unavailable {
		t.Errorf("one more: %v", err)
	}
	all[0].Close()
	all[0].Close()
	w, err := e.Watch(t.Context(), ws, nil)
	if err != nil {
		t.Fatal(err)
	}
	if events, err := w.Next(t.Context(), time.Millisecond); err != nil || len(events) != 0 {
		t.Errorf("of nothing it hears %v (%v)", events, err)
	}
}

// send runs a sender until the broker has so many messages, and stops it.
func (e *env) send(brokers []string, dial Dialer, read *kgo.Client, n int) (all []string) {
	e.Helper()
	sender, err := e.NewSender(e.Context(), ws, brokers, dial, slog.New(slog.DiscardHandler))
	if err != nil {
		e.Fatal(err)
	}
	ctx, stop := context.WithTimeout(e.Context(), time.Minute)
	defer stop()
	var running sync.WaitGroup
	running.Go(func() { sender.Run(ctx) })
	for len(all) < n && ctx.Err() == nil {
		read.PollFetches(ctx).EachRecord(func(r *kgo.Record) {
			var m Envelope
			if err := json.Unmarshal(r.Value, &m); err != nil || m.Version.Version != "1.0.0" || m.Message.Type != notificationType || string(r.Key) != m.Message.Entity.GUID {
				e.Errorf("%s (%v)", r.Value, err)
				return
			}
			all = append(all, string(m.Message.Operation)+" "+m.Message.Entity.DisplayText)
		})
	}
	stop()
	running.Wait()
	return all
}

// TestABrokerIsToldAndResumesAfterAStop stops the sender between two changes: what
// happened meanwhile is told by the next one, and nothing is left out.
func TestABrokerIsToldAndResumesAfterAStop(t *testing.T) {
	cluster, err := kfake.NewCluster(kfake.NumBrokers(1), kfake.SeedTopics(1, Topic))
	if err != nil {
		t.Fatal(err)
	}
	defer cluster.Close()
	read, err := kgo.NewClient(kgo.SeedBrokers(cluster.ListenAddrs()...), kgo.ConsumeTopics(Topic))
	if err != nil {
		t.Fatal(err)
	}
	defer read.Close()
	e := newEnv(t)
	e.table("before") // there was no sender: it is not told
	begun, err := e.NewSender(t.Context(), ws, cluster.ListenAddrs(), nil, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	begun.client.Close()
	var want []string
	for i := range 5 {
		e.table(fmt.Sprint(i))
		want = append(want, fmt.Sprint("ENTITY_CREATE ", i))
	}
	first := e.send(cluster.ListenAddrs(), (&net.Dialer{}).DialContext, read, 5)
	e.table("meanwhile")
	second := e.send(cluster.ListenAddrs(), (&net.Dialer{}).DialContext, read, 1)
	for _, s := range second { // at least once: the last may come again
		if !slices.Contains(first, s) {
			first = append(first, s)
		}
	}
	if want = append(want, "ENTITY_CREATE meanwhile"); !slices.Equal(first, want) {
		t.Errorf("%q, want %q", first, want)
	}
}

// TestABrokerIsToldByTLS tells one whose certificate is trusted, and not one whose
// certificate is not.
func TestABrokerIsToldByTLS(t *testing.T) {
	certified := httptest.NewUnstartedServer(nil)
	certified.StartTLS() // for its certificate alone
	defer certified.Close()
	cluster, err := kfake.NewCluster(kfake.NumBrokers(1), kfake.SeedTopics(1, Topic), kfake.TLS(certified.TLS))
	if err != nil {
		t.Fatal(err)
	}
	defer cluster.Close()
	roots := x509.NewCertPool()
	roots.AddCert(certified.Certificate())
	local := []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}
	trusting := egress.New(egress.Options{Allow: local, Roots: roots}).DialTLS
	e := newEnv(t)
	begun, err := e.NewSender(t.Context(), ws, cluster.ListenAddrs(), trusting, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	begun.client.Close()
	e.table("a")
	stranger, err := e.NewSender(t.Context(), ws, cluster.ListenAddrs(), egress.New(egress.Options{Allow: local}).DialTLS, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	defer stranger.client.Close()
	if err := stranger.client.Ping(t.Context()); !strings.Contains(fmt.Sprint(err), "certificate") {
		t.Errorf("a stranger's certificate: %v", err)
	}
	read, err := kgo.NewClient(kgo.SeedBrokers(cluster.ListenAddrs()...), kgo.ConsumeTopics(Topic), kgo.Dialer(trusting))
	if err != nil {
		t.Fatal(err)
	}
	defer read.Close()
	if told := e.send(cluster.ListenAddrs(), trusting, read, 1); !slices.Equal(told, []string{"ENTITY_CREATE a"}) {
		t.Errorf("told %q", told)
	}
}
