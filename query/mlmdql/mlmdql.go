// Package mlmdql reads the filter language of ML Metadata: boolean expressions
// of ZetaSQL over the attributes, properties and neighbours of a node. It takes
// what the original engine takes, types and all, and refuses what it refuses
// with the code that it gives.
//
// What the engine reads but cannot run, since its database has no such
// function, is Unimplemented here; everything else that is refused is Invalid.
package mlmdql

import (
	"fmt"
	"unicode/utf8"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/query"
)

// Limits on what one filter may ask for. Beyond them it is Invalid.
const (
	maxBytes = 256 << 10
	maxDepth = 200      // of nesting
	maxParts = 20_000   // operations, columns and constants
	maxText  = 32 << 20 // bytes of a text that is made
)

// Parse reads a filter on nodes of a kind. An empty one gives nil, which keeps
// all nodes. The error is Invalid or Unimplemented.
func Parse(kind pedigree.Kind, filter string) (expr query.Scalar, err error) {
	if filter == "" {
		return nil, nil
	}
	if len(filter) > maxBytes {
		return nil, invalid("it is longer than %d bytes", maxBytes)
	}
	if !utf8.ValidString(filter) {
		return nil, invalid("it is not valid UTF-8")
	}
	defer func() {
		if r := recover(); r != nil {
			refused, ok := r.(*pedigree.Error)
			if !ok {
				panic(r)
			}
			expr, err = nil, refused
		}
	}()
	p := &parser{lexer: lexer{text: filter, kind: kind}}
	p.readAll()
	p.jump(0)
	v := p.expression()
	p.end()
	if v.null || v.typ != boolType {
		refuse("Given query string is not a valid boolean expression: %s", filter)
	}
	if p.unrunnable != "" {
		return nil, unrunnableError(p.unrunnable)
	}
	return v.tree, nil
}

func invalid(format string, args ...any) *pedigree.Error {
	return pedigree.Errorf(pedigree.Invalid, "Invalid `filter_query`: "+format, args...)
}

// refuse gives up the parse: [Parse] returns the error. The parser is deep and
// each of its steps may refuse.
func refuse(format string, args ...any) { panic(invalid(format, args...)) }

func unrunnableError(what string) *pedigree.Error {
	return pedigree.Errorf(pedigree.Unimplemented, "Error when executing query: %s", what)
}

// cannotRun notes a construct that is read and typed but that no engine runs.
// Reading goes on, since a mistake further on counts more.
func (p *parser) cannotRun(format string, args ...any) {
	if p.unrunnable == "" {
		p.unrunnable = fmt.Sprintf(format, args...)
	}
}
