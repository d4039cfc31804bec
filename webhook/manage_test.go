package webhook

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/egress"
	"github.com/pedigree-ml/pedigree/registry"
	"github.com/pedigree-ml/pedigree/store"
)

var registryEvent = registry.Event{Entity: registry.EntityVersion, Action: registry.ActionCreated, Data: map[string]any{"name": "m"}}

const badName = " is invalid. It must start and end with a letter or digit, be less than 63 characters long, and contain only letters, digits," +
	" dots (.), underscores (_), and hyphens (-)."

func TestDraftsThatAreRefused(t *testing.T) {
	f := open(t)
	const (
		syntax = "Invalid webhook URL: it must be absolute, at most 2000 characters long, and have a plain host name, no user and no white space."
		inside = "Webhook URL must not resolve to a non-public IP address."
	)
	for words, change := range map[string]func(*Draft){
		"Webhook name ''" + badName:                                                    func(d *Draft) { d.Name = "" },
		"Webhook name '-a'" + badName:                                                  func(d *Draft) { d.Name = "-a" },
		`Webhook name 'a\nb'` + badName:                                                func(d *Draft) { d.Name = "a\nb" },
		"Webhook name '" + strings.Repeat("x", 64) + "'" + badName:                     func(d *Draft) { d.Name = strings.Repeat("x", 64) },
		"Webhook name '" + strings.Repeat("y", 200) + "...'" + badName:                 func(d *Draft) { d.Name = strings.Repeat("y", 5000) },
		"Webhook URL cannot be empty or just whitespace: '  '":                         func(d *Draft) { d.URL = "  " },
		"Invalid webhook URL scheme: 'ftp'. Allowed schemes are: https.":               func(d *Draft) { d.URL = "ftp://example.com" },
		"Invalid webhook URL scheme: 'http'. Allowed schemes are: https.":              func(d *Draft) { d.URL = "http://example.com" },
		"Invalid webhook URL scheme: ''. Allowed schemes are: https.":                  func(d *Draft) { d.URL = "example.com/a:b" },
		"Webhook URL must include a hostname.":                                         func(d *Draft) { d.URL = "https:///x" },
		syntax:                                                                         func(d *Draft) { d.URL = "https://user:pw@example.com" },
		inside:                                                                         func(d *Draft) { d.URL = "https://[::ffff:169.254.169.254]/latest" },
		"Webhook events must be a non-empty list of WebhookEvent objects: [].":         func(d *Draft) { d.Events = nil },
		"Invalid action 'updated' for entity 'prompt'. Valid actions are: ['created']": func(d *Draft) { d.Events = []Event{{"prompt", "updated"}} },
		"Invalid action 'created' for entity 'prompt_tag'. Valid actions are: ['deleted', 'set']": func(d *Draft) {
			d.Events = []Event{versionCreated, {"prompt_tag", "created"}}
		},
		"'description' exceeds the maximum length of 1000 characters": func(d *Draft) { d.Description = strings.Repeat("d", 1001) },
		"'secret' exceeds the maximum length of 1000 characters":      func(d *Draft) { d.Secret = strings.Repeat("s", 1001) },
	} {
		d := draft("a")
		change(&d)
		_, err := f.Create(f.ctx, ws, d)
		f.refused(err, pedigree.Invalid, words)
	}
	if page, err := f.Webhooks(f.ctx, ws, 0, ""); err != nil || len(page.Items) != 0 {
		t.Errorf("stored %+v (%v)", page, err)
	}
}

func TestAWebhookIsMadeAndChanged(t *testing.T) {
	f := open(t)
	w := f.create(Draft{Name: "a", Description: "d", URL: "https://example.com", Events: []Event{{"prompt", "created"}, versionCreated, {"prompt", "created"}}, Disabled: true})
	if !slices.Equal(w.Events, []string{"model_version.created", "prompt.created"}) || w.Active || len(w.UID) != 36 {
		t.Errorf("made %+v", w)
	}
	name, description, url, secret, active := "b", "", "https://example.org", "s", true
	changed, err := f.Update(f.ctx, ws, w.UID, Change{&name, &description, &url, []Event{{"prompt_alias", "deleted"}}, &secret, &active})
	f.must(err)
	if changed.Name != name || changed.Description != "" || changed.URL != url || changed.Events[0] != "prompt_alias.deleted" || !changed.Active || changed.Updated <= w.Updated {
		t.Errorf("changed to %+v", changed)
	}
	same, err := f.Update(f.ctx, ws, w.UID, Change{})
	f.must(err)
	if same.Name != name || same.Secret != changed.Secret || same.Updated <= changed.Updated {
		t.Errorf("no change made it %+v", same)
	}
	bad := "https://10.0.0.1"
	_, err = f.Update(f.ctx, ws, w.UID, Change{Name: &name, URL: &bad})
	f.refused(err, pedigree.Invalid, "Webhook URL must not resolve to a non-public IP address.")
	for _, id := range []string{"nope", "", w.UID + "x"} {
		missing := "Webhook with ID " + id + " not found."
		_, err := f.Webhook(f.ctx, ws, id)
		f.refused(err, pedigree.NotFound, missing)
		_, err = f.Update(f.ctx, ws, id, Change{})
		f.refused(err, pedigree.NotFound, missing)
		f.refused(f.Delete(f.ctx, ws, id), pedigree.NotFound, missing)
		_, err = f.Test(f.ctx, ws, id, Event{})
		f.refused(err, pedigree.NotFound, missing)
	}
	_, err = f.Webhook(f.ctx, ws+1, w.UID)
	f.refused(err, pedigree.NotFound, "Webhook with ID "+w.UID+" not found.")
}

func TestWebhooksComeInPages(t *testing.T) {
	f := open(t)
	for i := range 5 {
		f.create(draft(fmt.Sprint("w", i)))
	}
	var names []string
	token := ""
	for range 3 {
		page, err := f.Webhooks(f.ctx, ws, 2, token)
		f.must(err)
		for _, w := range page.Items {
			names = append(names, w.Name)
		}
		token = page.Next
	}
	if !slices.Equal(names, []string{"w4", "w3", "w2", "w1", "w0"}) || token != "" {
		t.Errorf("pages give %q and %q", names, token)
	}
	for token, words := range map[string]string{
		"!": "Invalid page token, could not base64-decode", "eA==": "Invalid page token, parsed value is not a token of this server",
		"LTE=": "Invalid page token, parsed value is not a token of this server",
	} {
		_, err := f.Webhooks(f.ctx, ws, 2, token)
		f.refused(err, pedigree.Invalid, words)
	}
	for _, n := range []int{-1, 1001} {
		_, err := f.Webhooks(f.ctx, ws, n, "")
		f.refused(err, pedigree.Invalid, "max_results must be between 1 and 1000.")
	}
}

func TestWebhooksAreBounded(t *testing.T) {
	f := open(t)
	f.must(f.store.Update(f.ctx, func(tx store.Tx) error {
		for i := range maxWebhooks {
			if err := tx.CreateWebhook(&pedigree.Webhook{Workspace: ws, UID: fmt.Sprint(i)}); err != nil {
				return err
			}
		}
		return nil
	}))
	_, err := f.Create(f.ctx, ws, draft("a"))
	f.refused(err, pedigree.Exhausted, "There are 1000 webhooks already; delete one first.")
}

func TestEveryEventOfTheRegistryIsKnown(t *testing.T) {
	for entity, actions := range map[string][]string{
		registry.EntityModel: {registry.ActionCreated}, registry.EntityVersion: {registry.ActionCreated},
		registry.EntityVersionTag: {registry.ActionSet, registry.ActionDeleted}, registry.EntityVersionAlias: {registry.ActionCreated, registry.ActionDeleted},
		registry.EntityPrompt: {registry.ActionCreated}, registry.EntityPromptVersion: {registry.ActionCreated},
		registry.EntityPromptTag: {registry.ActionSet, registry.ActionDeleted}, registry.EntityPromptVersionTag: {registry.ActionSet, registry.ActionDeleted},
		registry.EntityPromptAlias: {registry.ActionCreated, registry.ActionDeleted},
	} {
		for _, action := range actions {
			if err := checkEvent(Event{strings.ToLower(entity), strings.ToLower(action)}); err != nil {
				t.Error(err)
			}
		}
	}
}

func TestMessagesHaveMLflowsOrder(t *testing.T) {
	body, err := newMessage(Event{"x", "y"}, 1795255695553, map[string]any{
		"zebra": 1, "description": nil, "tags": map[string]string{"b": "<", "a": "\u2028"}, "version": "2", "name": "n", "apple": true,
	})
	want := `{"entity":"x","action":"y","timestamp":"2026-11-21T10:08:15.553000+00:00","data":{"name":"n","version":"2","tags":{"a":"\u2028","b":"<"},"description":null,"apple":true,"zebra":1}}`
	if err != nil || string(body) != want {
		t.Errorf("%s, %v\nwant %s", body, err, want)
	}
}

// Case W4: a test tells the status and the beginning of an answer, and of a
// host that is refused nothing.
func TestTestTellsWhatTheReceiverSaid(t *testing.T) {
	f := open(t)
	w := f.create(Draft{Name: "a", URL: "https://example.com", Events: []Event{versionCreated, {"prompt", "created"}}, Disabled: true})
	for _, c := range []struct {
		answer egress.Answer
		err    error
		want   TestResult
	}{
		{egress.Answer{Status: 201, Text: "ok"}, nil, TestResult{Success: true, Status: 201, Body: "ok"}},
		{egress.Answer{Status: 404, Text: "no"}, nil, TestResult{Status: 404, Body: "no"}},
		{egress.Answer{Status: 302}, nil, TestResult{Status: 302, Error: "Failed to test webhook: the receiver answered 302, and redirects are not followed"}},
		{egress.Answer{}, pedigree.Hide(pedigree.Unavailable, errors.New("secret cause"), "x"), TestResult{Error: "Failed to test webhook: x"}},
	} {
		f.world.answer(func(call) (egress.Answer, error) { return c.answer, c.err })
		got, err := f.Test(f.ctx, ws, w.UID, Event{})
		if err != nil || got != c.want {
			t.Errorf("got %+v, %v, want %+v", got, err, c.want)
		}
		if body := (<-f.world.calls).body; !strings.Contains(body, `"source":"models:/123"`) {
			t.Errorf("sent %s", body)
		}
	}
	if _, err := f.Test(f.ctx, ws, w.UID, Event{"prompt_tag", "deleted"}); err != nil {
		t.Error(err)
	}
	if body := (<-f.world.calls).body; !strings.Contains(body, `"entity":"prompt_tag","action":"deleted"`) || !strings.Contains(body, `"data":{"name":"example_prompt","key":"example_key"}`) {
		t.Errorf("sent %s", body)
	}
	_, err := f.Test(f.ctx, ws, w.UID, Event{"prompt_tag", "created"})
	f.refused(err, pedigree.Invalid, "Invalid action 'created' for entity 'prompt_tag'. Valid actions are: ['deleted', 'set']")
}

func TestATestOfAReceiverThatStallsEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := open(t)
		w := f.create(draft("a"))
		begun := time.Now()
		got, err := f.Test(f.ctx, ws, w.UID, Event{})
		if err != nil || got != (TestResult{Error: "Failed to test webhook: the host did not answer in time"}) || time.Since(begun) != testTime {
			t.Errorf("%+v, %v after %v", got, err, time.Since(begun))
		}
	})
}

func TestTestsAreBounded(t *testing.T) {
	f := open(t)
	w := f.create(draft("a"))
	ended := make(chan error)
	var under []call
	for range maxTests {
		go func() { _, err := f.Test(f.ctx, ws, w.UID, Event{}); ended <- err }()
		under = append(under, <-f.world.calls)
	}
	_, err := f.Test(f.ctx, ws, w.UID, Event{})
	f.refused(err, pedigree.Exhausted, "Too many webhooks are being tested; try again in a moment.")
	for _, c := range under {
		c.reply(200)
		f.must(<-ended)
	}
}

func TestTheKeyIsMadeOnceAndForItsOwnerAlone(t *testing.T) {
	path := filepath.Join(t.TempDir(), "key")
	if err := os.WriteFile(path+".new", []byte("torn"), 0o644); err != nil { // a crash left it
		t.Fatal(err)
	}
	first, err := OpenKey(path)
	if err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(path); err != nil || runtime.GOOS != "windows" && info.Mode() != 0o600 {
		t.Errorf("%v, %v", info.Mode(), err)
	}
	second, err := OpenKey(path)
	if err != nil {
		t.Fatal(err)
	}
	sealed := first.seal("s3cret", "w")
	if got, err := second.open(sealed, "w"); got != "s3cret" || err != nil || strings.Contains(sealed, "s3cret") || sealed == first.seal("s3cret", "w") {
		t.Errorf("%q opens as %q (%v)", sealed, got, err)
	}
	stranger, err := OpenKey(path + "2")
	if err != nil {
		t.Fatal(err)
	}
	for name, try := range map[string]func() (string, error){
		"another key":     func() (string, error) { return stranger.open(sealed, "w") },
		"another webhook": func() (string, error) { return first.open(sealed, "v") },
		"no seal":         func() (string, error) { return first.open("s3cret", "w") },
		"a torn seal":     func() (string, error) { return first.open(sealed[:len(sealed)-5], "w") },
		"a short seal":    func() (string, error) { return first.open("v1:AAAA", "w") },
	} {
		if got, err := try(); got != "" || !errors.Is(err, errUnsealed) {
			t.Errorf("%s: %q, %v", name, got, err)
		}
	}
	if err := os.WriteFile(path, []byte("abc\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := OpenKey(path); err == nil || !strings.Contains(err.Error(), "holds no key") {
		t.Errorf("a file that is no key: %v", err)
	}
	if _, err := OpenKey(t.TempDir()); err == nil {
		t.Error("a directory is a key")
	}
}
