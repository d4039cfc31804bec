package mlmodel

import (
	"bytes"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"

	"github.com/pedigree-ml/pedigree"
)

// The bounds of a file that is read. A file of one mebibyte can have half a
// million nodes, which take a quarter of a second and of a gigabyte to parse;
// so the characters that can begin a node are counted first. MLmodel files have
// many of them in the signature, which is JSON in one text: 100,000 are enough
// for a model of 12,000 columns.
const (
	maxIndicators = 100_000
	maxNodes      = 10_000
	maxDepth      = 20
)

// parsers bounds how many files are parsed at once.
var parsers = make(chan struct{}, 2)

// parse reads the first document of a YAML file as a tree that is within the
// bounds. Aliases in it lead nowhere.
func parse(text []byte) (*yaml.Node, error) {
	if err := checkText(text); err != nil {
		return nil, err
	}
	if n := indicators(text); n > maxIndicators {
		return nil, refused("%d characters that may begin a node", n)
	}
	parsers <- struct{}{}
	defer func() { <-parsers }()
	var document yaml.Node
	if err := yaml.Unmarshal(text, &document); err != nil {
		return nil, refused("%w", err)
	}
	if document.Kind != yaml.DocumentNode || len(document.Content) != 1 {
		return nil, refused("no document")
	}
	nodes := 0
	return document.Content[0], checkTree(document.Content[0], 1, &nodes)
}

func checkText(text []byte) error {
	switch {
	case len(text) > MaxFile:
		return refused("%d bytes", len(text))
	case !utf8.Valid(text):
		return refused("text that is not UTF-8")
	case bytes.IndexByte(text, 0) >= 0:
		return refused("a NUL character")
	}
	return nil
}

func refused(format string, args ...any) error {
	return fmt.Errorf("the file is not read: %w", pedigree.Errorf(pedigree.Invalid, format, args...))
}

// indicators counts the characters that can begin or end a node.
func indicators(text []byte) (n int) {
	for i, c := range text {
		switch c {
		case '\n', '\r', ',', '[', '{', ':':
			n++
		case '-', '?':
			if i+1 < len(text) && (text[i+1] == ' ' || text[i+1] == '\t') {
				n++
			}
		}
	}
	return n
}

// checkTree refuses a tree that is too large or deep, gives a type to a value,
// or has a key twice.
func checkTree(n *yaml.Node, depth int, nodes *int) error {
	*nodes++
	switch {
	case *nodes > maxNodes:
		return refused("more than %d nodes", maxNodes)
	case depth > maxDepth:
		return refused("more than %d levels", maxDepth)
	case n.Style&yaml.TaggedStyle != 0:
		return refused("the tag %q", n.Tag)
	}
	if n.Kind == yaml.MappingNode {
		if err := checkKeys(n); err != nil {
			return err
		}
	}
	for _, child := range n.Content {
		if err := checkTree(child, depth+1, nodes); err != nil {
			return err
		}
	}
	return nil
}

func checkKeys(mapping *yaml.Node) error {
	seen := make(map[string]bool, len(mapping.Content)/2)
	for i := 0; i < len(mapping.Content); i += 2 {
		key := mapping.Content[i]
		if key.Kind != yaml.ScalarNode {
			return refused("a key that is no text")
		}
		if seen[key.Value] {
			return refused("a key twice: %q", key.Value)
		}
		seen[key.Value] = true
	}
	return nil
}

// pairs gives the keys and values of a mapping in turn, none of another node.
func pairs(n *yaml.Node) []*yaml.Node {
	if n == nil || n.Kind != yaml.MappingNode {
		return nil
	}
	return n.Content
}

// member gives a value of a mapping; nil where there is none.
func member(n *yaml.Node, key string) *yaml.Node {
	content := pairs(n)
	for i := 0; i < len(content); i += 2 {
		if content[i].Value == key {
			return content[i+1]
		}
	}
	return nil
}

// items gives what is in a list.
func items(n *yaml.Node) []*yaml.Node {
	if n == nil || n.Kind != yaml.SequenceNode {
		return nil
	}
	return n.Content
}

// scalar gives the text of a value as it is written; of null and what is no
// single value it is empty.
func scalar(n *yaml.Node) string {
	if n == nil || n.Kind != yaml.ScalarNode || n.ShortTag() == "!!null" {
		return ""
	}
	return n.Value
}

// isPlain reports whether text can be shown on a line as it is.
func isPlain(text string) bool {
	return len(text) <= maxValue && utf8.ValidString(text) && !strings.ContainsFunc(text, unicode.IsControl)
}

// isSound reports whether every engine can hold a text.
func isSound(text string) bool { return utf8.ValidString(text) && !strings.Contains(text, "\x00") }
