package sqlstore

import (
	"strings"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/query"
	"github.com/pedigree-ml/pedigree/store"
)

var (
	nodesAfter = define("nodes from a number on", "PRIMARY KEY", "SELECT "+nodeColumns+" FROM node n WHERE n.id > ? ORDER BY n.id LIMIT ?")
	textDelete = define("forget the words of a node", "node_text", "DELETE FROM node_text WHERE rowid = ?")
	textLike   = define("words like a pattern", "node_word", "SELECT term FROM node_word WHERE term >= ? AND term <= ? AND term GLOB ? LIMIT ?")
	textInsert = define("words of a node", "", "INSERT INTO node_text (rowid, words) VALUES (?, ?)")
)

func (t *tx) NodesAfter(after pedigree.NodeID, limit int) ([]pedigree.Node, error) {
	return t.allNodes(t.query(nodesAfter, after, limit))
}

func (t *tx) SetText(node pedigree.NodeID, text string) error {
	t.counts |= countWords
	if _, err := t.exec(textDelete, node); err != nil || text == "" {
		return err
	}
	_, err := t.exec(textInsert, node, strings.ToValidUTF8(strings.ReplaceAll(text, "\x00", " "), " "))
	return err
}

// lastLetter comes after all letters that words are made of.
const lastLetter = "\U0010ffff"

func (t *tx) WordsLike(pattern string, limit int) (words []string, more bool, err error) {
	if strings.Contains(pattern, "[") { // no word has any, and to the database it is a sign
		return nil, false, nil
	}
	first, _, _ := strings.Cut(pattern, "?")
	first, _, _ = strings.Cut(first, "*")
	r, err := t.conn.query(t.ctx, textLike.sql, first, first+lastLetter, pattern, limit+1)
	if err != nil {
		return nil, false, err
	}
	for r.next() {
		words = append(words, r.text(0))
	}
	if more = len(words) > limit; more {
		words = words[:limit]
	}
	return words, more, r.close()
}

// wordQuery asks for what a condition on words is about; empty for nothing.
func wordQuery(f query.Worded) string {
	if f.Any == nil {
		return textQuery(f.Text)
	}
	var b strings.Builder
	for _, text := range f.Any {
		if match := textQuery(text); match != "" {
			if b.Len() > 0 {
				b.WriteString(" OR ")
			}
			b.WriteString("(" + match + ")")
		}
	}
	return b.String()
}

// textQuery asks for all words of a text, in the language of the index. The
// last may be the beginning of one, unless a space follows.
func textQuery(text string) string {
	var terms []string
	for word := range strings.FieldsSeq(text) {
		terms = append(terms, `"`+strings.ReplaceAll(word, `"`, `""`)+`"`)
	}
	if len(terms) > 0 && !strings.HasSuffix(text, " ") {
		terms[len(terms)-1] += "*"
	}
	return strings.Join(terms, " ")
}

func (s *selection) seedOfText() *seed {
	one := &seed{}
	one.text.add("SELECT t.rowid FROM node_text t WHERE t.node_text MATCH ?", textQuery(s.q.Text))
	return one
}

// found keeps the nodes that the words are found in.
func (s *selection) found(w *sqlText) {
	if s.q.Text != "" {
		w.add(" AND ")
		matched(w, "n", "t", textQuery(s.q.Text), strings.HasSuffix(s.q.Text, " "))
	}
}

// matched keeps the nodes that the index finds. Whole words are looked up for each of
// them; of a beginning, or of many words, the index reads all that they are in whatever
// is asked, so once is enough.
func matched(w *sqlText, node, alias, match string, whole bool) {
	if whole {
		w.add("EXISTS (SELECT 1 FROM node_text "+alias+" WHERE "+alias+".node_text MATCH ? AND "+alias+".rowid = "+node+".id)", match)
		return
	}
	w.add("+"+node+".id IN (SELECT "+alias+".rowid FROM node_text "+alias+" WHERE "+alias+".node_text MATCH ?)", match)
}

func (t *tx) Tally(q *query.Selection, limit int) (counts []store.Count, more bool, err error) {
	all := *q
	all.After, all.Limit, all.By = nil, limit, query.Arrival
	s, err := t.selection(&all)
	if err != nil || s == nil {
		return nil, false, err
	}
	text, err := s.text("SELECT n.type, n.state FROM node n")
	if err != nil {
		return nil, false, err
	}
	r, err := t.conn.query(t.ctx, "SELECT c.type, c.state, count(*) FROM ("+text.String()+") AS c GROUP BY 1, 2 ORDER BY 3 DESC, 1, 2", text.args...)
	if err != nil {
		return nil, false, err
	}
	total := int64(0)
	for r.next() {
		typ, err := t.typeByID(r.int(0))
		if err != nil {
			_ = r.close() // the first error counts
			return nil, false, err
		}
		counts = append(counts, store.Count{Type: typ, State: r.text(1), Nodes: r.int(2)})
		total += r.int(2)
	}
	return counts, total > int64(limit), r.close()
}
