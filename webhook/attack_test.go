package webhook

import (
	"context"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/egress"
	"github.com/pedigree-ml/pedigree/registry"
	"github.com/pedigree-ml/pedigree/store"
)

// Case W1: what the one way out refuses is refused when a webhook is made and
// when it is changed, and nothing of it is stored. Which texts those are is
// tested where it is decided.
func TestNoWebhookIsMadeOrMovedInside(t *testing.T) {
	f := open(t)
	w := f.create(draft("a"))
	for _, url := range []string{
		"http://example.com", "ftp://example.com", "file:///etc/passwd", "https:///x", "https://user@example.com", "https://127.0.0.1", "https://10.0.0.1",
		"https://169.254.169.254/latest", "https://100.64.0.1", "https://0.0.0.0", "https://[::ffff:127.0.0.1]", "https://[2002:7f00:1::]", "https://[64:ff9b::7f00:1]",
		"https://[fe80::1%25eth0]", "https://2130706433", "https://0177.0.0.1", "https://127.1", "https://localhost.", "https://168.63.129.16",
	} {
		d := draft("b")
		d.URL = url
		if _, err := f.Create(f.ctx, ws, d); pedigree.CodeOf(err) != pedigree.Invalid {
			t.Errorf("%s: made: %v", url, err)
		}
		name := "moved"
		if _, err := f.Update(f.ctx, ws, w.UID, Change{Name: &name, URL: &url}); pedigree.CodeOf(err) != pedigree.Invalid {
			t.Errorf("%s: changed: %v", url, err)
		}
	}
	page, err := f.Webhooks(f.ctx, ws, 0, "")
	f.must(err)
	if len(page.Items) != 1 || page.Items[0].URL != w.URL || page.Items[0].Name != w.Name || page.Items[0].Updated != w.Updated {
		t.Errorf("stored are %+v", page.Items)
	}
}

// turning resolves a name to what it is told to, and counts how often.
type turning struct {
	to    atomic.Pointer[netip.Addr]
	asked atomic.Int64
}

func (r *turning) lead(to string) {
	addr := netip.MustParseAddr(to)
	r.to.Store(&addr)
}

func (r *turning) LookupNetIP(context.Context, string, string) ([]netip.Addr, error) {
	r.asked.Add(1)
	return []netip.Addr{*r.to.Load()}, nil
}

// Case W2: a webhook whose name led outside when it was made, and leads inside
// when it is to be told, is not told: no attempt reaches the receiver, the
// delivery fails and the log says why. A test of it gives nothing away.
func TestANameThatTurnsInsideIsRefusedWhenItIsCalled(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var reached atomic.Bool
	inside := &http.Server{Handler: http.HandlerFunc(func(http.ResponseWriter, *http.Request) { reached.Store(true) }), ReadHeaderTimeout: time.Second}
	inside.ConnState = func(net.Conn, http.ConnState) { reached.Store(true) }
	go func() { _ = inside.Serve(listener) }()
	defer inside.Close()
	_, port, _ := net.SplitHostPort(listener.Addr().String())

	synctest.Test(t, func(t *testing.T) {
		f := open(t)
		names := &turning{}
		names.lead("93.184.215.14")
		f.Service.Client = egress.New(egress.Options{Resolver: names})
		w := f.create(Draft{Name: "a", URL: "https://rebound.example:" + port + "/s3cret", Events: []Event{versionCreated}, Secret: "s"})
		names.lead("127.0.0.1")
		defer f.run()()
		f.tell("m")
		time.Sleep(time.Hour) // of the test's clock: for all attempts
		const words = "the host's name leads nowhere, or to an address that may not be called"
		got := f.history(w.UID)
		if len(got) != 1 || got[0].State != pedigree.Failed || got[0].Error != words || got[0].Status != 0 || got[0].Attempts != 1+maxRetries || names.asked.Load() != 1+maxRetries {
			t.Errorf("the history is %+v, after %d questions", got, names.asked.Load())
		}
		log := f.log.String()
		if !strings.Contains(log, "no address of it is public") || strings.Contains(log, "s3cret") {
			t.Errorf("the log says %s", log)
		}
		result, err := f.Test(f.ctx, ws, w.UID, Event{})
		if err != nil || result != (TestResult{Error: failedTest + words}) {
			t.Errorf("a test says %+v, %v", result, err)
		}
	})
	if reached.Load() {
		t.Error("the inside was called")
	}
}

// Case W9, as far as there are no users: what happens in one workspace is told
// to the webhooks of that workspace alone, and they are seen from there alone.
func TestWorkspacesHearNothingOfEachOther(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := open(t)
		var other pedigree.NodeID
		f.must(f.store.Update(f.ctx, func(tx store.Tx) error {
			n := pedigree.Node{
				Home: ws, Workspace: ws, Type: pedigree.Type{Name: "test.Workspace", Kind: pedigree.Context}, UID: "other", Name: "other",
				Started: pedigree.NoTime, Ended: pedigree.NoTime, Deleted: pedigree.NoTime,
			}
			err := tx.CreateNode(&n)
			other = n.ID
			return err
		}))
		mine := f.create(draft("mine"))
		theirs, err := f.Create(f.ctx, other, draft("theirs"))
		f.must(err)
		f.world.always(200)
		defer f.run()()
		f.must(f.store.Update(f.ctx, func(tx store.Tx) error {
			return f.Enqueue(tx, other, registry.Event{Entity: registry.EntityVersion, Action: registry.ActionCreated, Data: map[string]any{"name": "theirs"}})
		}))
		synctest.Wait()
		if len(f.world.calls) != 1 {
			t.Fatalf("%d calls", len(f.world.calls))
		}
		if c := <-f.world.calls; c.url != theirs.URL {
			t.Errorf("told %s", c.url)
		}
		if got := f.history(mine.UID); len(got) != 0 {
			t.Errorf("mine heard %+v", got)
		}
		missing := "Webhook with ID " + theirs.UID + " not found."
		_, err = f.Deliveries(f.ctx, ws, theirs.UID, 0, 1)
		f.refused(err, pedigree.NotFound, missing)
		_, err = f.Test(f.ctx, ws, theirs.UID, Event{})
		f.refused(err, pedigree.NotFound, missing)
		f.refused(f.Delete(f.ctx, ws, theirs.UID), pedigree.NotFound, missing)
		page, err := f.Webhooks(f.ctx, ws, 0, "")
		if err != nil || len(page.Items) != 1 || page.Items[0].UID != mine.UID {
			t.Errorf("seen are %+v, %v", page.Items, err)
		}
	})
}
