package storetest

import (
	"fmt"
	"slices"
	"strings"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/store"
)

func memos(e *env) {
	put := func(part, key, content string) {
		e.update(func(tx store.Tx) error {
			return tx.PutMemo(&store.Memo{Part: part, Key: key, Content: []byte(content)})
		})
	}
	long := strings.Repeat("x\x00\xff", 100_000)
	put("work", "b", "first")
	put("work", "a", "")
	put("other", "b", "theirs")
	put("work", "c", "third")
	put("work", "b", long)
	want := func(when string, keys ...string) {
		e.view(func(r store.Reader) error {
			all, err := r.Memos("work", 0)
			var got []string
			for _, m := range all {
				got = append(got, m.Key)
			}
			if err != nil || !slices.Equal(got, keys) {
				e.Errorf("%s there are %q (%v), want %q", when, got, err, keys)
			}
			return err
		})
	}
	want("at first", "b", "a", "c")
	e.view(func(r store.Reader) error {
		first, err := r.Memos("work", 2)
		if err != nil || len(first) != 2 || first[1].Key != "a" {
			e.Errorf("the first two are %v (%v)", first, err)
		}
		return err
	})
	e.view(func(r store.Reader) error {
		for _, c := range []struct{ part, key, content string }{{"work", "b", long}, {"work", "a", ""}, {"other", "b", "theirs"}} {
			m, err := r.Memo(c.part, c.key)
			if err != nil || m.Part != c.part || m.Key != c.key || string(m.Content) != c.content {
				e.Errorf("%s of %s is %.50q (%v)", c.key, c.part, fmt.Sprint(m), err)
			}
		}
		if _, err := r.Memo("other", "a"); pedigree.CodeOf(err) != pedigree.NotFound {
			e.Errorf("one that nobody put: %v", err)
		}
		return nil
	})
	e.update(func(tx store.Tx) error {
		was, err := tx.DeleteMemo("work", "a")
		again, _ := tx.DeleteMemo("work", "a")
		if !was || again {
			e.Errorf("it was there: %t, then %t", was, again)
		}
		return err
	})
	want("afterwards", "b", "c")
}
