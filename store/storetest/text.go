package storetest

import (
	"slices"
	"strings"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/query"
	"github.com/pedigree-ml/pedigree/store"
)

func nodesAfter(e *env) {
	var made []pedigree.NodeID
	for i := range 7 {
		n := e.node([]pedigree.Type{pedigree.ExperimentType, pedigree.DatasetType}[i%2], pedigree.DefaultWorkspace)
		if i == 3 {
			n.Deleted = 1
			e.update(func(tx store.Tx) error { return tx.UpdateNode(n) })
		}
		made = append(made, n.ID)
	}
	e.view(func(r store.Reader) error {
		var got []pedigree.NodeID
		for after := pedigree.DefaultWorkspace; ; {
			nodes, err := r.NodesAfter(after, 3)
			if err != nil || len(nodes) == 0 {
				if !slices.Equal(got, made) {
					e.Errorf("%v, want %v", got, made)
				}
				return err
			}
			for _, n := range nodes {
				got = append(got, n.ID)
			}
			after = nodes[len(nodes)-1].ID
		}
	})
}

func wordsGoWithTheirNode(e *env) {
	n := e.node(pedigree.DatasetType, pedigree.DefaultWorkspace)
	found := func(text string) (count int) {
		e.view(func(r store.Reader) error {
			nodes, _, err := r.Select(&query.Selection{Workspace: pedigree.DefaultWorkspace, Kind: pedigree.Artifact, Text: text, By: query.Arrival, Limit: 9})
			count = len(nodes)
			return err
		})
		return count
	}
	for _, text := range []string{"first words", "other\x00words \xff", ""} {
		e.update(func(tx store.Tx) error { return tx.SetText(n.ID, text) })
	}
	if found("first") != 0 || found("other") != 0 {
		e.Error("words that were replaced or removed are found")
	}
	e.update(func(tx store.Tx) error { return tx.SetText(n.ID, "Ünïcode words") })
	if found("unicode") != 1 || found("WORDS ") != 1 {
		e.Error("words are not found in another spelling")
	}
	for pattern, want := range map[string]string{"*c?de": "unicode", "w*": "words", "*o*": "unicode words", "o*": "", "[*": ""} {
		e.view(func(r store.Reader) error {
			words, more, err := r.WordsLike(pattern, 9)
			slices.Sort(words)
			if got := strings.Join(words, " "); got != want || more {
				e.Errorf("%s is like %q, want %q", pattern, got, want)
			}
			return err
		})
	}
	e.view(func(r store.Reader) error {
		words, more, err := r.WordsLike("*", 1)
		if len(words) != 1 || !more {
			e.Errorf("of two words one at most gives %v, more: %v", words, more)
		}
		return err
	})
	if found(" \t") != 1 || found(" ( ") != 0 {
		e.Error("no words are in any node, signs alone in none")
	}
	e.update(func(tx store.Tx) error { return tx.Purge(n.ID) })
	again := e.node(pedigree.DatasetType, pedigree.DefaultWorkspace)
	if found("words") != 0 {
		e.Errorf("words of a purged node are found (in %d)", again.ID)
	}
}
