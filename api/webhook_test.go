package api

import (
	"context"
	"log/slog"
	"net/http"
	"path/filepath"
	"strings"
	"testing"

	"github.com/pedigree-ml/pedigree/egress"
	"github.com/pedigree-ml/pedigree/registry"
	"github.com/pedigree-ml/pedigree/store"
	"github.com/pedigree-ml/pedigree/store/sqlite"
	"github.com/pedigree-ml/pedigree/webhook"
)

// refusing is a world of receivers that want nothing. Each call is noted.
type refusing struct {
	*egress.Client
	calls chan struct{}
}

func (r refusing) Post(context.Context, string, http.Header, []byte) (egress.Answer, error) {
	r.calls <- struct{}{}
	return egress.Answer{Status: 410}, nil
}

func TestDeliveriesTellWhatBecameOfEach(t *testing.T) {
	records, err := sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "db"), sqlite.Options{Durability: sqlite.Normal})
	if err != nil {
		t.Fatal(err)
	}
	defer records.Close()
	key, err := webhook.OpenKey(filepath.Join(t.TempDir(), "key"))
	if err != nil {
		t.Fatal(err)
	}
	rules, world := webhook.New(records, key), refusing{egress.New(egress.Options{}), make(chan struct{}, 10)}
	rules.Client, rules.Log = world, slog.New(slog.DiscardHandler)
	hook, err := rules.Create(t.Context(), ws, webhook.Draft{
		Name: "a", URL: "https://example.com", Secret: "s3cret", Events: []webhook.Event{{Entity: "prompt", Action: "created"}},
	})
	if err != nil {
		t.Fatal(err)
	}
	h := New(nil, nil)
	h.Webhooks = rules
	f := &fixture{T: t, ctx: t.Context(), mux: http.NewServeMux()}
	mount(t, f.mux, h.Wire())
	for range 3 {
		f.must(records.Update(t.Context(), func(tx store.Tx) error {
			return rules.Enqueue(tx, ws, registry.Event{Entity: registry.EntityPrompt, Action: registry.ActionCreated})
		}))
	}
	path := base + "/webhooks/" + hook.UID + "/deliveries"
	first := get[DeliveriesAnswer](f, path+"?limit=2")
	rest := get[DeliveriesAnswer](f, path+"?limit=2&before="+first.Next)
	if len(first.Deliveries) != 2 || len(rest.Deliveries) != 1 || rest.Next != "" || first.Webhook != hook.UID {
		t.Errorf("pages %+v and %+v", first, rest)
	}
	if d := rest.Deliveries[0]; d.State != "waiting" || d.Event != "prompt.created" || d.Attempts != 0 || d.Due == "" || d.Ended != "" || d.Created != d.Due {
		t.Errorf("one that waits: %+v", d)
	}
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() { rules.Run(ctx); close(ended) }()
	for range 3 {
		<-world.calls
	}
	stop() // it notes what is under way before it ends
	<-ended
	for _, d := range get[DeliveriesAnswer](f, path).Deliveries {
		if d.State != "failed" || d.Status != 410 || d.Attempts != 1 || d.Error != "the receiver answered 410" || d.Due != "" || d.Ended == "" {
			t.Errorf("one that failed: %+v", d)
		}
	}
	if text := f.do("GET", path).Body.String(); strings.Contains(text, "s3cret") || strings.Contains(text, "example.com") {
		t.Error(text)
	}
	for target, status := range map[string]int{path + "?limit=0": 400, path + "?before=x": 400, base + "/webhooks/nope/deliveries": 404} {
		if w := f.do("GET", target); w.Code != status || w.Header().Get("Content-Type") != "application/problem+json" {
			t.Errorf("%s: %d %s", target, w.Code, w.Body)
		}
	}
}
