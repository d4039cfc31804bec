package openapi

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Comments are what the source of a package says of its types, under their
// names, and of the fields of its structs, under "Type.Field".
type Comments map[string]string

// ReadComments reads them from the Go files of a folder, without those of tests.
func ReadComments(folder fs.FS) (Comments, error) {
	names, err := fs.Glob(folder, "*.go")
	if err != nil {
		return nil, err
	}
	c := Comments{}
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		text, err := fs.ReadFile(folder, name)
		if err != nil {
			return nil, err
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, text, parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			return nil, err
		}
		for _, d := range file.Decls {
			if g, ok := d.(*ast.GenDecl); ok && g.Tok == token.TYPE {
				c.read(g)
			}
		}
	}
	return c, nil
}

func (c Comments) read(g *ast.GenDecl) {
	for _, spec := range g.Specs {
		s, ok := spec.(*ast.TypeSpec)
		if !ok {
			continue
		}
		doc := s.Doc
		if doc == nil {
			doc = g.Doc
		}
		c[s.Name.Name] = sentence(doc.Text())
		t, ok := s.Type.(*ast.StructType)
		if !ok {
			continue
		}
		for _, f := range t.Fields.List {
			for _, name := range f.Names {
				c[s.Name.Name+"."+name.Name] = sentence(f.Doc.Text() + " " + f.Comment.Text())
			}
		}
	}
}

// sentence makes of a comment a text that stands alone.
func sentence(comment string) string {
	text := strings.Join(strings.Fields(comment), " ")
	first, size := utf8.DecodeRuneInString(text)
	if text == "" {
		return ""
	}
	return string(unicode.ToUpper(first)) + text[size:]
}
