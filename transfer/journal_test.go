package transfer

import (
	"bytes"
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/pedigree-ml/pedigree/catalog"
	"github.com/pedigree-ml/pedigree/fault"
	"github.com/pedigree-ml/pedigree/store"
)

// mortal is a store that ends with the server, after so many transactions.
type mortal struct {
	store.Store
	left int
	kill context.CancelFunc
}

func (m *mortal) Update(ctx context.Context, fn func(store.Tx) error) error {
	if m.left--; m.left < 0 {
		m.kill()
		return errors.New("killed")
	}
	return m.Store.Update(ctx, fn)
}

// TestAnInterruptedImportIsFinished interrupts one after each number of transactions.
func TestAnInterruptedImportIsFinished(t *testing.T) {
	from := newEnv(t)
	from.define(types)
	all := from.chain(23)
	data, _ := from.export(`{"itemsToExport":[{"guid":"` + all[0] + `"}]}`)
	finished := false
	for lives := 0; !finished; lives++ {
		e := newEnv(t)
		e.most = 5
		alive := e.store
		ctx, kill := context.WithCancel(t.Context())
		e.store = &mortal{alive, lives, kill}
		_, err := e.Import(ctx, ws, bytes.NewReader(data), int64(len(data)), nil, Caller{})
		kill()
		finished = err == nil
		e.store = alive
		again := e.restarted()
		if err := again.sweep(t.Context()); err != nil {
			t.Fatal(err)
		}
		again.runOut()
		if lives == 0 { // nothing was remembered yet, so nothing is brought in
			again.wantNothingLeft()
			continue
		}
		again.wantSame(from, all)
		again.wantNothingLeft()
		audits, err := again.Audits(t.Context(), ws, &AuditQuery{})
		if err != nil || len(audits) != 1 || !strings.Contains(audits[0].Result, `"entity:Table:created":23`) {
			t.Errorf("after %d transactions the history says %+v (%v)", lives, audits, err)
		}
	}
}

// TestAnImportThatCannotGoOnIsTakenBack has the last of its entities refused, by which
// time others were made and changed; it is interrupted while it is taken back, too.
func TestAnImportThatCannotGoOnIsTakenBack(t *testing.T) {
	from := newEnv(t)
	from.define(types)
	all := from.chain(23)
	data, _ := from.export(`{"itemsToExport":[{"guid":"` + all[0] + `"}]}`)
	files := unpack(t, data)
	for i, text := range files {
		if strings.Contains(text, `"qualifiedName":"t4"`) { // as somebody has it who will be asked to take another
			files[i] = strings.ReplaceAll(text, `"name":"t4"`, `"name":"changed"`)
		}
	}
	files = append(files, two+".json", `{"entity":{"typeName":"Table","guid":"`+two+`","attributes":{"qualifiedName":"bad","name":"n","size":7}}}`)
	bad := pack(t, files...)
	for lives := 5; lives < 20; lives += 3 {
		e := newEnv(t)
		e.most = 5
		e.define(`{"enumDefs":[{"name":"Colour","elementDefs":[{"value":"RED","ordinal":1}]}],"structDefs":[{"name":"Size","attributeDefs":[{"name":"x","typeName":"int","isOptional":true}]}],
"entityDefs":[{"name":"Table","superTypes":["DataSet"],"attributeDefs":[{"name":"next","typeName":"Table","isOptional":true}]}]}`)
		e.mustBring(pack(t, fileOf(t, data, all[4])...), nil)
		before := e.shown(all[4:5])
		alive := e.store
		ctx, kill := context.WithCancel(t.Context())
		e.store = &mortal{alive, lives, kill}
		_, err := e.Import(ctx, ws, bytes.NewReader(bad), int64(len(bad)), nil, Caller{})
		kill()
		e.store = alive
		again := e.restarted()
		again.runOut()
		for i, guid := range append(slices.Clone(all), two) {
			_, missing := again.entities.Entities(t.Context(), ws, []string{guid}, catalog.ReadOptions{})
			if is := fault.Is(missing, fault.InstanceGUIDNotFound); is == (i == 4) {
				t.Fatalf("after %d transactions %d is there: %v (the import said %v)", lives, i, missing, err)
			}
		}
		if after := again.shown(all[4:5]); after != before {
			t.Errorf("after %d transactions what was\n%s\nis\n%s", lives, before, after)
		}
		if now, err := again.types.Now(t.Context()); err != nil || now.Entity("Column") != nil {
			t.Errorf("a type that the import made is still there: %v", err)
		}
		again.wantNothingLeft()
		audits, err := again.Audits(t.Context(), ws, &AuditQuery{Limit: 1})
		if err != nil || len(audits) != 1 || !strings.Contains(audits[0].Result, `"operationStatus":"FAIL"`) || !strings.Contains(audits[0].Result, "Table.size") {
			t.Errorf("the history says %+v (%v)", audits, err)
		}
	}
}

// unpack gives the names and texts of the files of an archive.
func unpack(t *testing.T, data []byte) (files []string) {
	t.Helper()
	for name, text := range filesOf(t, data) {
		files = append(files, name, text)
	}
	return files
}

// fileOf gives the file of one entity in an archive.
func fileOf(t *testing.T, data []byte, guid string) []string {
	t.Helper()
	for name, text := range filesOf(t, data) {
		if name == guid+suffix {
			return []string{name, text}
		}
	}
	t.Fatalf("%s is not in the archive", guid)
	return nil
}
