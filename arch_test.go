package pedigree_test

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const module = "github.com/pedigree-ml/pedigree"

// mayImport says for each package which packages of the module, and which
// modules of others, it may import beside the standard library; "." is the
// vocabulary at the root. A package without a row fails the test: where a new
// one stands is decided here. Tests are free, and so is cmd, which alone puts
// everything together.
var mayImport = map[string][]string{
	".":               {},
	"api":             {".", "blob", "carry", "comment", "digest", "docs", "dossier", "graph", "importance", "lineage", "openapi", "query", "query/mlflowql", "registry", "route", "schema", "search", "series", "tracking", "watch", "webhook", "github.com/go-json-experiment/json"},
	"atlas":           {".", "catalog", "census", "discovery", "fault", "glossary", "notice", "route", "schema", "sheet", "transfer", "github.com/go-json-experiment/json"},
	"archive":         {"github.com/klauspost/compress/flate"},
	"auth":            {".", "route"},
	"blob":            {".", "golang.org/x/sys"},
	"blob/blobtest":   {".", "blob"},
	"carry":           {".", "lineage", "query", "store"},
	"catalog":         {".", "carry", "fault", "identity", "naming", "query", "schema", "store", "github.com/go-json-experiment/json"},
	"census":          {".", "schema", "store"},
	"client":          {".", "api"},
	"comment":         {".", "naming", "store"},
	"digest":          {".", "blob", "query", "registry", "store"},
	"discovery":       {".", "carry", "catalog", "fault", "query", "query/atlasql", "schema", "search", "store"},
	"docs":            {},
	"dossier":         {".", "digest", "lineage", "naming", "registry", "store"},
	"egress":          {"."},
	"fault":           {"."},
	"mlmodel":         {".", "go.yaml.in/yaml/v3"},
	"glossary":        {".", "catalog", "fault", "query", "schema", "sheet", "store"},
	"graph":           {".", "carry", "identity", "naming", "query", "store"},
	"identity":        {".", "naming", "store"},
	"jobs":            {".", "carry", "identity", "lineage", "naming", "query", "store"},
	"notice":          {".", "catalog", "schema", "store", "github.com/twmb/franz-go"},
	"openapi":         {},
	"openlineage":     {".", "egress", "jobs", "route"},
	"mlmd":            {".", "graph", "mlmd/mlmdpb", "query", "query/mlmdql", "route", "google.golang.org/grpc", "google.golang.org/protobuf"},
	"lineage":         {".", "identity", "naming", "query", "store"},
	"kubewatch":       {"mlmd/mlmdpb", "go.yaml.in/yaml/v3", "google.golang.org/grpc", "google.golang.org/protobuf"},
	"kubewatch/fake":  {},
	"kfmd":            {".", "graph", "mlmd/mlmdpb", "query", "route", "github.com/go-json-experiment/json", "google.golang.org/protobuf"},
	"query/mlmdql":    {".", "query"},
	"mlmd/mlmdpb":     {"google.golang.org/grpc", "google.golang.org/protobuf"},
	"mlflow":          {".", "blob", "mlmodel", "query", "query/mlflowql", "registry", "route", "tracking", "webhook", "github.com/go-json-experiment/json"},
	"mlflowui":        {"route"},
	"naming":          {"."},
	"query":           {".", "naming"},
	"query/atlasql":   {"."},
	"query/mlflowql":  {".", "query"},
	"route":           {"google.golang.org/grpc"},
	"search":          {".", "carry", "naming", "query", "store"},
	"schema":          {".", "fault", "query", "store", "github.com/go-json-experiment/json"},
	"server":          {".", "auth", "route", "github.com/prometheus/client_golang", "google.golang.org/grpc", "google.golang.org/protobuf"},
	"importance":      {},
	"series":          {},
	"sheet":           {},
	"store":           {".", "query", "series"},
	"store/sqlite":    {".", "store/sqlstore", "modernc.org/libc", "modernc.org/sqlite", "github.com/pressly/goose/v3"},
	"store/sqlstore":  {".", "naming", "query", "series", "store", "github.com/klauspost/compress/flate", "github.com/pressly/goose/v3"},
	"store/storetest": {".", "query", "series", "store", "pgregory.net/rapid"},
	"registry":        {".", "carry", "identity", "naming", "query", "store"},
	"tracking":        {".", "carry", "identity", "importance", "naming", "query", "series", "store"},
	"transfer":        {".", "archive", "catalog", "fault", "query", "schema", "sheet", "store", "github.com/go-json-experiment/json"},
	"watch":           {".", "store"},
	"web":             {"route"},
	"webhook":         {".", "egress", "naming", "registry", "store"},
}

// tools are run by people, never by the server: they may import, start and call
// what they need.
var tools = []string{"bench", "cmd", "e2e", "examples", "mlmd/proto"}

// forbidden are packages of the standard library that the server must not use:
// it starts no process, loads no code, fills no template that it does not
// escape and calls nobody by a protocol of their own.
var forbidden = []string{"os/exec", "plugin", "text/template", "encoding/gob", "net/http/pprof", "expvar", "net/rpc", "net/smtp"}

// dialling are the ways to call another machine. The server has one, package
// egress: elsewhere, what looks like an address in a request is text.
var dialling = []string{
	"net.Dial", "net.DialTimeout", "net.DialTCP", "net.DialUDP", "net.DialIP", "net.DialUnix", "net.Dialer", "net.Resolver", "net.DefaultResolver",
	"net.LookupAddr", "net.LookupCNAME", "net.LookupHost", "net.LookupIP", "net.LookupMX", "net.LookupNS", "net.LookupPort", "net.LookupSRV", "net.LookupTXT",
	"net.ResolveIPAddr", "net.ResolveTCPAddr", "net.ResolveUDPAddr", "tls.Dial", "tls.DialWithDialer", "tls.Dialer", "tls.Client",
	"http.Get", "http.Post", "http.PostForm", "http.Head", "http.Client", "http.DefaultClient", "http.DefaultTransport", "http.Transport",
	"http.NewRequest", "http.NewRequestWithContext", "httputil.ReverseProxy", "httputil.NewSingleHostReverseProxy",
}

// callers are the folders that may call other machines: the one outbound client
// of the server, and what never runs in it. The command itself may not, although
// it is a tool.
var callers = []string{"client", "egress", "kubewatch", "bench", "e2e", "examples"}

func (s source) mayCall() bool {
	first, _, _ := strings.Cut(s.path, "/")
	return slices.Contains(callers, first)
}

// A source is one parsed file.
type source struct {
	path string // from the root, with slashes
	file *ast.File
}

// folder gives the package of a source by its directory.
func (s source) folder() string { return path.Dir(s.path) }

func (s source) isTool() bool {
	first, _, _ := strings.Cut(s.path, "/")
	return slices.Contains(tools, first) || slices.Contains(tools, s.folder())
}

func (s source) isTest() bool { return strings.HasSuffix(s.path, "_test.go") }

func TestPackagesImportWhatTheyMay(t *testing.T) { report(t, checkImports(sources(t))) }

func TestTheServerStartsNothingAndCallsNobody(t *testing.T) { report(t, checkDangers(sources(t))) }

func TestEveryPackageHasOneComment(t *testing.T) { report(t, checkComments(sources(t))) }

func TestEveryExportedNameIsDocumented(t *testing.T) { report(t, checkExported(sources(t))) }

func report(t *testing.T, problems []string) {
	t.Helper()
	for _, p := range problems {
		t.Error(p)
	}
}

// sources parses every Go file of the module.
func sources(t *testing.T) []source {
	t.Helper()
	var all []source
	err := filepath.WalkDir(".", func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && name != "." && (strings.HasPrefix(d.Name(), ".") || d.Name() == "testdata" || d.Name() == "node_modules"):
			return filepath.SkipDir
		case d.IsDir() || !strings.HasSuffix(name, ".go"):
			return nil
		}
		text, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		all = append(all, parse(t, filepath.ToSlash(name), string(text)))
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(all) < 20 {
		t.Fatalf("found %d files only", len(all))
	}
	return all
}

func parse(t *testing.T, name, text string) source {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), name, text, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	return source{name, file}
}

func checkImports(all []source) (problems []string) {
	for _, s := range all {
		if s.isTest() || s.isTool() {
			continue
		}
		allowed, known := mayImport[s.folder()]
		if !known {
			problems = append(problems, fmt.Sprintf("%s: package %s has no row in mayImport", s.path, s.folder()))
			continue
		}
		for _, imported := range imports(s) {
			if !isStandard(imported) && !slices.ContainsFunc(allowed, func(a string) bool { return covers(a, imported) }) {
				problems = append(problems, fmt.Sprintf("%s: package %s must not import %s", s.path, s.folder(), imported))
			}
		}
	}
	return problems
}

// imports lists what a file imports, packages of the module by their directory.
func imports(s source) []string {
	var names []string
	for _, spec := range s.file.Imports {
		name, _ := strconv.Unquote(spec.Path.Value)
		switch rest, ours := strings.CutPrefix(name, module+"/"); {
		case name == module:
			name = "."
		case ours:
			name = rest
		}
		names = append(names, name)
	}
	return names
}

// isStandard reports whether an import is of the standard library. Packages of
// the module are known by their rows or their tools.
func isStandard(imported string) bool {
	first, _, _ := strings.Cut(imported, "/")
	_, ours := mayImport[imported]
	return !ours && !strings.Contains(first, ".") && !slices.Contains(tools, first)
}

// covers reports whether a row's entry allows an import: a package of the
// module itself, a module of others with all its packages.
func covers(allowed, imported string) bool {
	return imported == allowed || strings.Contains(allowed, "/") && strings.Contains(strings.SplitN(allowed, "/", 2)[0], ".") &&
		strings.HasPrefix(imported, allowed+"/")
}

func checkDangers(all []source) (problems []string) {
	for _, s := range all {
		if s.isTest() {
			continue
		}
		for _, imported := range imports(s) {
			if !s.isTool() && slices.Contains(forbidden, imported) {
				problems = append(problems, fmt.Sprintf("%s: imports %s", s.path, imported))
			}
		}
		if !s.mayCall() {
			problems = append(problems, checkCalls(s)...)
		}
	}
	return problems
}

// checkCalls looks for ways to call another machine, also where the package
// goes by another name.
func checkCalls(s source) (problems []string) {
	known := make(map[string]string) // by the name in this file
	for _, spec := range s.file.Imports {
		imported, _ := strconv.Unquote(spec.Path.Value)
		name := path.Base(imported)
		if spec.Name != nil {
			known[spec.Name.Name] = name
		} else {
			known[name] = name
		}
	}
	ast.Inspect(s.file, func(n ast.Node) bool {
		if selector, ok := n.(*ast.SelectorExpr); ok {
			pkg, _ := selector.X.(*ast.Ident)
			if pkg != nil && slices.Contains(dialling, known[pkg.Name]+"."+selector.Sel.Name) {
				problems = append(problems, fmt.Sprintf("%s: uses %s.%s", s.path, known[pkg.Name], selector.Sel.Name))
			}
		}
		return true
	})
	return problems
}

func checkComments(all []source) (problems []string) {
	comments := make(map[string][]string)
	for _, s := range all {
		if _, seen := comments[s.folder()]; !seen {
			comments[s.folder()] = nil
		}
		if s.file.Doc != nil && !s.isTest() {
			comments[s.folder()] = append(comments[s.folder()], s.path)
		}
	}
	for _, folder := range slices.Sorted(maps.Keys(comments)) {
		if files := comments[folder]; len(files) != 1 {
			problems = append(problems, fmt.Sprintf("package %s has %d package comments, want one: %q", folder, len(files), files))
		}
	}
	return problems
}

func checkExported(all []source) (problems []string) {
	for _, s := range all {
		if s.isTest() || s.file.Name.Name == "main" || ast.IsGenerated(s.file) {
			continue
		}
		for _, decl := range s.file.Decls {
			for _, name := range undocumented(decl) {
				problems = append(problems, fmt.Sprintf("%s: %s is exported and not documented", s.path, name))
			}
		}
	}
	return problems
}

// undocumented lists exported names of a declaration that no comment explains;
// one on a group explains all of it.
func undocumented(decl ast.Decl) (names []string) {
	switch d := decl.(type) {
	case *ast.FuncDecl:
		if d.Name.IsExported() && d.Doc == nil && receiverIsExported(d) {
			names = append(names, d.Name.Name)
		}
	case *ast.GenDecl:
		for _, spec := range d.Specs {
			switch s := spec.(type) {
			case *ast.TypeSpec:
				if s.Name.IsExported() && d.Doc == nil && s.Doc == nil && s.Comment == nil {
					names = append(names, s.Name.Name)
				}
			case *ast.ValueSpec:
				if s.Names[0].IsExported() && d.Doc == nil && s.Doc == nil && s.Comment == nil {
					names = append(names, s.Names[0].Name)
				}
			}
		}
	}
	return names
}

func receiverIsExported(d *ast.FuncDecl) bool {
	if d.Recv == nil {
		return true
	}
	t := d.Recv.List[0].Type
	for {
		switch inner := t.(type) {
		case *ast.StarExpr:
			t = inner.X
		case *ast.IndexExpr:
			t = inner.X
		case *ast.IndexListExpr:
			t = inner.X
		case *ast.Ident:
			return inner.IsExported()
		default:
			return true
		}
	}
}

func TestTheChecksBite(t *testing.T) {
	for name, c := range map[string]struct {
		check func([]source) []string
		path  string
		text  string
		want  string
	}{
		"a wire that imports the store":  {checkImports, "mlflow/x.go", `package mlflow; import _ "github.com/pedigree-ml/pedigree/store"`, "must not import store"},
		"a rule that imports a wire":     {checkImports, "tracking/x.go", `package tracking; import _ "github.com/pedigree-ml/pedigree/mlflow"`, "must not import mlflow"},
		"a root that imports a package":  {checkImports, "x.go", `package pedigree; import _ "github.com/pedigree-ml/pedigree/query"`, "must not import query"},
		"a root that imports a module":   {checkImports, "x.go", `package pedigree; import _ "golang.org/x/sys/unix"`, "must not import golang.org/x/sys/unix"},
		"a driver outside its engine":    {checkImports, "store/sqlstore/x.go", `package sqlstore; import _ "modernc.org/sqlite"`, "must not import modernc.org/sqlite"},
		"a module with a similar name":   {checkImports, "store/sqlite/x.go", `package sqlite; import _ "modernc.org/sqlitex"`, "must not import"},
		"a package that imports cmd":     {checkImports, "server/x.go", `package server; import _ "github.com/pedigree-ml/pedigree/cmd/pedigree"`, "must not import cmd"},
		"a package that nobody placed":   {checkImports, "utils/x.go", `package utils`, "has no row"},
		"a server that starts processes": {checkDangers, "server/x.go", `package server; import _ "os/exec"`, "imports os/exec"},
		"a server that calls out":        {checkDangers, "mlflow/x.go", `package mlflow; import "net/http"; var _ = http.Get`, "uses http.Get"},
		"a rule that dials":              {checkDangers, "webhook/x.go", `package webhook; import "net"; var _ = net.Dial`, "uses net.Dial"},
		"a client by another name":       {checkDangers, "api/x.go", `package api; import web "net/http"; var _ = web.DefaultClient`, "uses http.DefaultClient"},
		"a command that asks for names":  {checkDangers, "cmd/pedigree/x.go", `package main; import "net"; var _ = net.LookupHost`, "uses net.LookupHost"},
		"a package without comment":      {checkComments, "route/x.go", "package route", "0 package comments"},
		"an undocumented function":       {checkExported, "route/x.go", "package route\nfunc F() {}", "F is exported"},
		"an undocumented method":         {checkExported, "route/x.go", "package route\nfunc (t *T[A]) F() {}", "F is exported"},
		"an undocumented type":           {checkExported, "route/x.go", "package route\ntype T int", "T is exported"},
		"an undocumented constant":       {checkExported, "route/x.go", "package route\nconst C = 1", "C is exported"},
	} {
		problems := c.check([]source{parse(t, c.path, c.text)})
		if len(problems) != 1 || !strings.Contains(problems[0], c.want) {
			t.Errorf("%s: problems %q, want one with %q", name, problems, c.want)
		}
	}
	twice := []source{parse(t, "a/x.go", "// Package a.\npackage a"), parse(t, "a/y.go", "// Package a.\npackage a")}
	if problems := checkComments(twice); len(problems) != 1 {
		t.Errorf("two package comments: problems %q", problems)
	}
}
