package sqlstore

import (
	"math"
	"strings"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/query"
	"github.com/pedigree-ml/pedigree/store"
)

// The keys and texts of a home are read by leaps: from each to the next larger
// one in the index, however many nodes have it.
var (
	textKeysAt   = define("keys of texts at home", "COVERING INDEX property_text", leaps("key", "text IS NOT NULL AND home = ?", ""))
	numberKeysAt = define("keys of numbers at home", "COVERING INDEX property_number", leaps("key", "num IS NOT NULL AND home = ?", ""))
	textsAt      = define("distinct texts at home", "COVERING INDEX property_text",
		leaps("text", "text IS NOT NULL AND home = ? AND key = ?", " AND text >= ?")+" LIMIT ?")

	usesOfTextKey = define("nodes with a text", "COVERING INDEX property_text", uses("p.text IS NOT NULL"))
	usesOfText    = define("nodes with one text", "COVERING INDEX property_text", uses("p.text = ?"))
	usesOfNumber  = define("nodes with a number", "COVERING INDEX property_number", uses("p.num IS NOT NULL"))

	textsByNode = define("texts of a key", "COVERING INDEX property_text",
		"SELECT p.node, p.text FROM property p WHERE p.home = ? AND p.key = ? AND p.text IS NOT NULL AND "+inOthers("p")+" ORDER BY p.text")
	numbersByNode = define("numbers of a key", "COVERING INDEX property_number",
		"SELECT p.node, p.num FROM property p WHERE p.home = ? AND p.key = ? AND p.num IS NOT NULL AND "+inOthers("p")+" ORDER BY p.num")
)

// leaps writes a statement that gives the distinct values of a column where a
// condition holds, from where it begins.
func leaps(column, where, begin string) string {
	least := "SELECT min(p." + column + ") FROM property p WHERE " + inOthers("p") + " AND " + where
	return "WITH RECURSIVE leap (at) AS (" + least + begin + " UNION ALL SELECT (" + least + " AND p." + column + " > leap.at) " +
		"FROM leap WHERE leap.at IS NOT NULL) SELECT at FROM leap WHERE at IS NOT NULL"
}

// uses writes a statement that counts the nodes of a type at home with a
// property, up to a number of them.
func uses(there string) string {
	return "SELECT count(*) FROM (SELECT 1 FROM property p CROSS JOIN node n ON n.id = p.node " +
		"WHERE p.home = ? AND p.key = ? AND " + there + " AND " + inOthers("p") + " AND n.type = ? AND n.deleted IS NULL LIMIT ?) AS used"
}

func cellsOf(nodes, keys string) string {
	return "SELECT node, key, text, more, num FROM property WHERE node IN (" + nodes + ") AND space = ? AND key IN (" + keys + ")"
}

func (t *tx) Newest() (pedigree.NodeID, error) {
	id, err := t.oneInt(nodeNewest)
	return pedigree.NodeID(id), err
}

func (t *tx) Cells(nodes []pedigree.NodeID, fields []query.Property) ([][]store.Cell, error) {
	cells := make([][]store.Cell, len(nodes))
	rows := make(map[pedigree.NodeID][]int, len(nodes)) // one may be asked for twice
	for i, id := range nodes {
		cells[i] = make([]store.Cell, len(fields))
		rows[id] = append(rows[id], i)
	}
	columns := map[pedigree.Space]map[int64][]int{} // by the number of the key
	for j, f := range fields {
		key, err := t.findKey(f.Space, f.Key)
		if err != nil {
			return nil, err
		}
		if key == 0 {
			continue
		}
		if columns[f.Space] == nil {
			columns[f.Space] = map[int64][]int{}
		}
		columns[f.Space][key] = append(columns[f.Space][key], j)
	}
	for space, at := range columns {
		if err := t.readCells(space, at, nodes, rows, cells); err != nil {
			return nil, err
		}
	}
	return cells, nil
}

func (t *tx) readCells(space pedigree.Space, columns map[int64][]int, nodes []pedigree.NodeID, rows map[pedigree.NodeID][]int, cells [][]store.Cell) error {
	keys := make([]int64, 0, len(columns))
	for key := range columns {
		keys = append(keys, key)
	}
	return batches(keys, func(keyList string, keyArgs []any) error {
		return batches(nodes, func(nodeList string, args []any) error {
			r, err := t.conn.query(t.ctx, cellsOf(nodeList, keyList), append(append(args, space), keyArgs...)...)
			if err != nil {
				return err
			}
			for r.next() {
				c := store.Cell{Set: true}
				if space != pedigree.Metric {
					c.Text = readText(r, 2)
				} else if c.Number = r.float(4); r.null(4) {
					c.Number = math.NaN()
				}
				for _, i := range rows[r.id(0)] {
					for _, j := range columns[r.int(1)] {
						cells[i][j] = c
					}
				}
			}
			return r.close()
		})
	})
}

func (t *tx) Count(q *query.Query, most int64) (n int64, err error) {
	typ, err := t.findType(q.Type)
	if err != nil || typ == 0 {
		return 0, err
	}
	for _, home := range q.Homes {
		for _, bin := range binsOf(q.View) {
			p := part{tx: t, q: q, typ: typ, home: home, bin: bin}
			s, err := p.matching("1")
			if err != nil {
				return 0, err
			}
			some, err := t.firstInt("SELECT count(*) FROM ("+s.String()+" LIMIT ?) AS found", append(s.args, most-n))
			if n += some; err != nil || n >= most {
				return n, err
			}
		}
	}
	return n, nil
}

// matching writes a statement that gives columns of all matches, in no order.
func (p *part) matching(columns string) (*sqlText, error) {
	s := &sqlText{}
	lead := p.selectiveFilter()
	if lead == nil {
		if err := p.findFew(); err != nil {
			return nil, err
		}
	}
	drive := p.drive(allRanks, lead)
	s.add("SELECT " + columns)
	drive.from(s)
	return s, p.conditions(s, drive)
}

func (t *tx) KeysAt(home pedigree.NodeID, space pedigree.Space) (keys []string, err error) {
	read := textKeysAt
	if space == pedigree.Metric {
		read = numberKeysAt
	}
	r, err := t.conn.query(t.ctx, read.sql, home, home)
	if err != nil {
		return nil, err
	}
	for r.next() {
		k, err := t.keyOf(r.int(0))
		if err != nil {
			_ = r.close() // the first error counts
			return nil, err
		}
		if k.space == space {
			keys = append(keys, k.name)
		}
	}
	return keys, r.close()
}

func (t *tx) TextsAt(home pedigree.NodeID, p query.Property, prefix string, limit int) (texts []store.Beginning, err error) {
	key, err := t.findKey(p.Space, p.Key)
	if err != nil || key == 0 {
		return nil, err
	}
	r, err := t.conn.query(t.ctx, textsAt.sql, home, key, prefixOf(prefix), home, key, limit)
	if err != nil {
		return nil, err
	}
	for r.next() {
		text := r.text(0)
		if !strings.HasPrefix(text, prefixOf(prefix)) {
			break // the others are larger still
		}
		texts = append(texts, store.Beginning{Text: text, Cut: !isWhole(text)})
	}
	return texts, r.close()
}

func (t *tx) Uses(home pedigree.NodeID, typ pedigree.Type, conditions []query.Compare, most int64) ([]int64, error) {
	counts := make([]int64, len(conditions))
	number, err := t.findType(typ)
	if err != nil || number == 0 {
		return counts, err
	}
	for i, c := range conditions {
		p, ok := c.Field.(query.Property)
		if !ok || c.Op != query.NotNull && c.Op != query.Eq {
			return nil, pedigree.Errorf(pedigree.Internal, "no index counts the uses of %#v", c)
		}
		key, err := t.findKey(p.Space, p.Key)
		if err != nil {
			return nil, err
		}
		read, args := usesOfTextKey, []any{home, key}
		switch {
		case p.Space == pedigree.Metric:
			read = usesOfNumber
		case c.Op == query.Eq:
			read, args = usesOfText, append(args, prefixOf(c.Value.Text))
		}
		args = append(args, number, most)
		if counts[i], err = t.firstInt(read.sql, args); err != nil {
			return nil, err
		}
	}
	return counts, nil
}
