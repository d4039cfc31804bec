package registry

import (
	"context"
	"errors"
	"reflect"
	"strings"
	"testing"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/store"
)

type data = map[string]any

func TestChangesAreAnnouncedAsWebhooksTellThem(t *testing.T) {
	f := open(t)
	run := "r"
	for _, c := range []struct {
		name string
		do   func() error
		want []Event
	}{
		{"a model", func() error {
			_, err := f.CreateModel(f.ctx, ws, ModelDraft{Name: "m", Description: "d", Tags: []pedigree.Property{tag("a", "1")}})
			return err
		}, []Event{{"REGISTERED_MODEL", "CREATED", data{"name": "m", "tags": map[string]string{"a": "1"}, "description": "d"}}}},
		{"a version", func() error {
			_, err := f.CreateVersion(f.ctx, ws, VersionDraft{Name: "m", Source: "s3://b/x", RunID: &run, Tags: []pedigree.Property{tag("a", "1")}})
			return err
		}, []Event{{"MODEL_VERSION", "CREATED", data{
			"name": "m", "version": "1", "source": "s3://b/x", "run_id": "r", "tags": map[string]string{"a": "1"}, "description": nil,
		}}}},
		{"a copy", func() error {
			_, err := f.CreateVersion(f.ctx, ws, VersionDraft{Name: "m", Source: "models:/m/latest", Description: "d"})
			return err
		}, []Event{{"MODEL_VERSION", "CREATED", data{
			"name": "m", "version": "2", "source": "models:/m/1", "run_id": "r", "tags": map[string]string{}, "description": "d",
		}}}},
		{"a tag of a model", func() error { return f.SetModelTag(f.ctx, ws, "m", "k", "v") }, nil},
		{"no tag of a model", func() error { return f.DeleteModelTag(f.ctx, ws, "m", "k") }, nil},
		{
			"a tag of a version", func() error { return f.SetVersionTag(f.ctx, ws, "m", "01", "k", "v") },
			[]Event{{"MODEL_VERSION_TAG", "SET", data{"name": "m", "version": "1", "key": "k", "value": "v"}}},
		},
		{
			"no tag of a version", func() error { return f.DeleteVersionTag(f.ctx, ws, "m", "1", "k") },
			[]Event{{"MODEL_VERSION_TAG", "DELETED", data{"name": "m", "version": "1", "key": "k"}}},
		},
		{"nor again", func() error { return f.DeleteVersionTag(f.ctx, ws, "m", "1", "k") }, nil},
		{
			"an alias", func() error { return f.SetAlias(f.ctx, ws, "m", "x", "1") },
			[]Event{{"MODEL_VERSION_ALIAS", "CREATED", data{"name": "m", "alias": "x", "version": "1"}}},
		},
		{
			"no alias", func() error { return f.DeleteAlias(f.ctx, ws, "m", "x") },
			[]Event{{"MODEL_VERSION_ALIAS", "DELETED", data{"name": "m", "alias": "x"}}},
		},
		{"nor again", func() error { return f.DeleteAlias(f.ctx, ws, "m", "x") }, nil},
		{"a stage", func() error { _, err := f.TransitionVersion(f.ctx, ws, "m", "1", "Staging", false); return err }, nil},
		{"a name", func() error { _, err := f.RenameModel(f.ctx, ws, "m", "n"); return err }, nil},
		{"no version", func() error { return f.DeleteVersion(f.ctx, ws, "n", "1") }, nil},
		{"no model", func() error { return f.DeleteModel(f.ctx, ws, "n") }, nil},
		{"a prompt", func() error {
			_, err := f.CreateModel(f.ctx, ws, ModelDraft{Name: "p", Tags: []pedigree.Property{tag(promptTag, "true"), tag(promptTypeTag, "text"), tag("a", "1")}})
			return err
		}, []Event{{"PROMPT", "CREATED", data{"name": "p", "tags": map[string]string{"a": "1"}, "description": ""}}}},
		{"its text", func() error {
			_, err := f.CreateVersion(f.ctx, ws, VersionDraft{Name: "p", Source: "dummy-source", Tags: []pedigree.Property{
				tag(promptTag, "true"), tag(promptTypeTag, "text"), tag(promptTextTag, "Hi"), tag("a", "1"),
			}})
			return err
		}, []Event{{"PROMPT_VERSION", "CREATED", data{"name": "p", "version": "1", "template": "Hi", "tags": map[string]string{"a": "1"}, "description": nil}}}},
		{
			"a tag of a prompt", func() error { return f.SetModelTag(f.ctx, ws, "p", "k", "v") },
			[]Event{{"PROMPT_TAG", "SET", data{"name": "p", "key": "k", "value": "v"}}},
		},
		{
			"no tag of a prompt", func() error { return f.DeleteModelTag(f.ctx, ws, "p", "k") },
			[]Event{{"PROMPT_TAG", "DELETED", data{"name": "p", "key": "k"}}},
		},
		{
			"a tag of its text", func() error { return f.SetVersionTag(f.ctx, ws, "p", "1", "k", "v") },
			[]Event{{"PROMPT_VERSION_TAG", "SET", data{"name": "p", "version": "1", "key": "k", "value": "v"}}},
		},
		{
			"no tag of its text", func() error { return f.DeleteVersionTag(f.ctx, ws, "p", "1", "k") },
			[]Event{{"PROMPT_VERSION_TAG", "DELETED", data{"name": "p", "version": "1", "key": "k"}}},
		},
		{
			"an alias of a prompt", func() error { return f.SetAlias(f.ctx, ws, "p", "x", "1") },
			[]Event{{"PROMPT_ALIAS", "CREATED", data{"name": "p", "alias": "x", "version": "1"}}},
		},
		{
			"no alias of a prompt", func() error { return f.DeleteAlias(f.ctx, ws, "p", "x") },
			[]Event{{"PROMPT_ALIAS", "DELETED", data{"name": "p", "alias": "x"}}},
		},
	} {
		f.must(c.do())
		if got := f.out.take(); !reflect.DeepEqual(got, c.want) {
			t.Errorf("%s: announced %v, want %v", c.name, got, c.want)
		}
	}
}

type brokenOutbox struct{ failure error }

func (o *brokenOutbox) Enqueue(store.Tx, pedigree.NodeID, Event) error { return o.failure }

func TestWhatCannotBeAnnouncedIsNotDone(t *testing.T) {
	f := open(t)
	f.model("m")
	f.version("m")
	failure := errors.New("full")
	f.outbox = &brokenOutbox{failure}
	_, err := f.CreateModel(f.ctx, ws, ModelDraft{Name: "n"})
	for what, err := range map[string]error{
		"a model": err, "a tag": f.SetVersionTag(f.ctx, ws, "m", "1", "k", "v"), "an alias": f.SetAlias(f.ctx, ws, "m", "x", "1"),
	} {
		if !errors.Is(err, failure) {
			t.Errorf("%s: %v", what, err)
		}
	}
	_, err = f.Model(f.ctx, ws, "n")
	f.refused(err, pedigree.NotFound, "Registered Model with name=n not found")
	if v := f.get("m", "1"); len(v.Tags) != 0 || len(v.Aliases) != 0 || len(f.history("m", "1")) != 1 {
		t.Errorf("something was done: %+v", v)
	}
}

func TestTheHistoryTellsWhoAndWhy(t *testing.T) {
	f := open(t)
	m := f.model("m")
	f.version("m")
	ctx := pedigree.WithActor(f.ctx, pedigree.Actor{Name: "alice", Reason: strings.Repeat("é", maxReason)})
	_, err := f.TransitionVersion(ctx, ws, "m", "1", "Production", false)
	f.must(err)
	f.must(f.DeleteVersion(pedigree.WithActor(f.ctx, pedigree.Actor{Name: "bob", Reason: "it is wrong"}), ws, "m", "1"))
	lines, err := f.History(f.ctx, ws, "m", "1", 0, 10)
	f.must(err)
	if len(lines) != 3 || lines[0].Actor != "" || lines[0].Reason != "" ||
		lines[1].Actor != "alice" || lines[1].Reason != strings.Repeat("é", (maxReason-3)/2)+"..." || lines[1].Before != "None" || lines[1].After != "Production" ||
		lines[2].Actor != "bob" || lines[2].Reason != "it is wrong" || lines[2].What != Deleted || lines[2].Time <= lines[1].Time {
		t.Errorf("the history is %+v", lines)
	}
	if page, err := f.History(f.ctx, ws, "m", "1", lines[0].ID, 1); err != nil || len(page) != 1 || page[0] != lines[1] {
		t.Errorf("the next page is %+v, %v", page, err)
	}
	f.must(f.DeleteModel(f.ctx, ws, "m"))
	if ever, err := f.History(f.ctx, ws, m.UID, "1", 0, 10); err != nil || len(ever) != 3 {
		t.Errorf("when the model is gone: %+v, %v", ever, err)
	}
	_, err = f.History(context.Background(), ws, "m", "1", 0, 10)
	f.refused(err, pedigree.NotFound, "Model Version (name=m, version=1) not found")
}
