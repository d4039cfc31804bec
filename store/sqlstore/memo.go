package sqlstore

import (
	"cmp"
	"math"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/store"
)

// maxMemoKey bounds the names of memos and of whose they are, in bytes.
const maxMemoKey = 500

var (
	memoPut = define("put memo", "",
		"INSERT INTO memo (part, key, content) VALUES (?, ?, ?) ON CONFLICT (part, key) DO UPDATE SET content = excluded.content")
	memoDelete = define("delete memo", "memo_key", "DELETE FROM memo WHERE part = ? AND key = ?")
	memoGet    = define("memo", "memo_key", "SELECT part, key, content FROM memo WHERE part = ? AND key = ?")
	memosOf    = define("memos of a part", "memo_part", "SELECT part, key, content FROM memo WHERE part = ? ORDER BY id LIMIT ?")
)

func (t *tx) Memos(part string, limit int) ([]store.Memo, error) {
	return readMemos(t.query(memosOf, part, cmp.Or(limit, math.MaxInt)))
}

func (t *tx) Memo(part, key string) (*store.Memo, error) {
	all, err := readMemos(t.query(memoGet, part, key))
	if err != nil {
		return nil, err
	}
	if len(all) == 0 {
		return nil, pedigree.Errorf(pedigree.NotFound, "there is no %s %q", part, key)
	}
	return &all[0], nil
}

func readMemos(r *rows, err error) ([]store.Memo, error) {
	if err != nil {
		return nil, err
	}
	var all []store.Memo
	for r.next() {
		all = append(all, store.Memo{Part: r.text(0), Key: r.text(1), Content: []byte(r.text(2))})
	}
	return all, r.close()
}

func (t *tx) PutMemo(m *store.Memo) error {
	if err := checkTexts([]limited{{"the part", m.Part, maxMemoKey}, {"the key", m.Key, maxMemoKey}}); err != nil {
		return err
	}
	content := m.Content
	if content == nil {
		content = []byte{}
	}
	_, err := t.exec(memoPut, m.Part, m.Key, content)
	return err
}

func (t *tx) DeleteMemo(part, key string) (bool, error) {
	n, err := t.exec(memoDelete, part, key)
	return n > 0, err
}
