package search

import (
	"path"
	"slices"
	"strings"
	"unicode"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/query"
	"github.com/pedigree-ml/pedigree/store"
)

// mostLike is how many words of the index a pattern may stand for.
const mostLike = 20_000

// Like is the condition that a pattern is found, in which * stands for any letters and
// ? for one. Signs part words, so what stands on the two sides of a * is looked for on
// its own: sales*daily finds sales_fact_daily. It is nil where there are no letters.
func Like(r store.Reader, pattern string) (query.Fact, error) {
	var every query.Every
	for _, p := range stretchesOf(pattern) {
		found, err := p.found(r)
		if err != nil {
			return nil, err
		}
		every = append(every, found)
	}
	if every == nil {
		return nil, nil
	}
	return every, nil
}

// IsLike reports whether a pattern is among words, as [Like] finds it.
func IsLike(words, pattern string) bool {
	all := stretchesOf(pattern)
	return len(all) > 0 && !slices.ContainsFunc(all, func(p *wordStretch) bool { return !p.among(words) })
}

func stretchesOf(pattern string) []*wordStretch {
	var all []*wordStretch
	parts := strings.Split(pattern, "*")
	for i, text := range parts {
		if p := stretchOf(text, i > 0, i < len(parts)-1); p != nil {
			all = append(all, p)
		}
	}
	return all
}

// A wordStretch is patterns of words that follow each other.
type wordStretch struct {
	words     []string // in small letters; the first may begin with *
	beginning bool     // the last is the beginning of one
}

// stretchOf reads what stands between two stars, or a star and an end; nil where that
// is no word.
func stretchOf(text string, after, before bool) *wordStretch {
	text = strings.Map(func(r rune) rune {
		if r > unicode.MaxASCII && unicode.Is(unicode.Latin, r) { // the index has no accents
			return '?'
		}
		return unicode.ToLower(r)
	}, apart(text))
	isWord := func(r rune) bool { return inWord(r) || r == '?' }
	words := strings.FieldsFunc(text, func(r rune) bool { return !isWord(r) })
	if strings.Trim(strings.Join(words, ""), "?") == "" {
		return nil
	}
	p := &wordStretch{words: words, beginning: before && strings.HasSuffix(text, words[len(words)-1])}
	if after && strings.HasPrefix(text, words[0]) {
		p.words[0] = "*" + words[0]
	}
	return p
}

func (p *wordStretch) found(r store.Reader) (w query.Worded, err error) {
	if w.Any, err = p.texts(r); err != nil {
		return w, err
	}
	if len(w.Any) == 1 {
		w.Text, w.Any = w.Any[0], nil
	}
	w.Fresh, w.Stale, err = pending(r, p.among)
	return w, err
}

// texts gives what the index has of the stretch.
func (p *wordStretch) texts(r store.Reader) ([]string, error) {
	texts := []string{""}
	for i, word := range p.words {
		words, ending := []string{word}, " "
		last := i == len(p.words)-1
		switch {
		case strings.ContainsAny(word, "*?"):
			if last && p.beginning {
				word += "*"
			}
			var more bool
			var err error
			if words, more, err = r.WordsLike(word, mostLike); err != nil {
				return nil, err
			}
			if more || len(words)*len(texts) > mostLike {
				return nil, pedigree.Errorf(pedigree.Invalid, "%s stands for more than %d words: say more of it", word, mostLike)
			}
		case last && p.beginning:
			ending = ""
		}
		if !last {
			ending = "_" // what is parted by signs follows each other
		}
		next := make([]string, 0, len(words)*len(texts))
		for _, before := range texts {
			for _, word := range words {
				next = append(next, before+word+ending)
			}
		}
		texts = next
	}
	return texts, nil
}

// among reports whether the stretch is among the words of a node.
func (p *wordStretch) among(words string) bool {
	all := tokens(words)
	for from := 0; from+len(p.words) <= len(all); from++ {
		if p.at(all[from:]) {
			return true
		}
	}
	return false
}

func (p *wordStretch) at(all []string) bool {
	for i, word := range p.words {
		if p.beginning && i == len(p.words)-1 {
			word += "*"
		}
		if ok, err := path.Match(word, all[i]); !ok || err != nil {
			return false
		}
	}
	return true
}
