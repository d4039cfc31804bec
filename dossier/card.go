package dossier

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/digest"
	"github.com/pedigree-ml/pedigree/naming"
)

// Bounds of a card: it is to be read, and has to fit into a description.
const (
	maxRows = 25  // of a list
	maxCell = 100 // bytes of a text from outside
)

// Card draws a card of the version in Markdown, for people to go on with. What
// others wrote stands in it as text, whatever it holds. Files are what is known
// of the bytes, history what happened, oldest first.
func (d *Dossier) Card(files *digest.Summary, history []pedigree.Change) string {
	c := card{}
	v := &d.Version
	c.line("# %s, version %s", plain(v.Name), v.Version)
	c.summary(d)
	c.heading("Intended use")
	c.line("*What the model is for, who it is for, and what it must not be used for.*")
	c.data(d)
	c.metrics(d)
	c.properties("Parameters", "Parameter", d.Params)
	c.signature(d)
	c.environment(d)
	c.properties("Code", "What", d.Code)
	c.files(v.Name, v.Version, files)
	c.history(history)
	return c.String()
}

// A card is Markdown as it grows.
type card struct{ strings.Builder }

func (c *card) line(format string, args ...any) { fmt.Fprintf(c, format+"\n\n", args...) }

func (c *card) heading(text string) { c.line("## %s", text) }

// table writes rows below a head, and how many more there are.
func (c *card) table(head []string, rows [][]string) {
	fmt.Fprintf(c, "| %s |\n|%s\n", strings.Join(head, " | "), strings.Repeat(" --- |", len(head)))
	for _, row := range rows[:min(len(rows), maxRows)] {
		fmt.Fprintf(c, "| %s |\n", strings.Join(row, " | "))
	}
	c.WriteString("\n")
	if len(rows) > maxRows {
		c.line("and %d more", len(rows)-maxRows)
	}
}

func (c *card) summary(d *Dossier) {
	v := &d.Version
	rows := [][]string{{"Registered", day(v.Created)}}
	add := func(name, value string) {
		if value != "" {
			rows = append(rows, []string{name, value})
		}
	}
	add("Aliases", plain(strings.Join(v.Aliases, ", ")))
	if v.Stage != "None" {
		add("Stage", v.Stage)
	}
	if d.Run != nil {
		add("Made by", fmt.Sprintf("[run %s](/runs/%s)", plain(nameOr(d.Run.Name, d.Run.UID)), d.Run.UID))
	}
	add("Flavors", plain(strings.Join(d.Flavors(), ", ")))
	add("Python", plain(d.Manifest["python_version"]))
	c.table([]string{"What", "Which"}, rows)
}

func nameOr(name, uid string) string {
	if name == "" {
		return uid
	}
	return name
}

func (c *card) data(d *Dossier) {
	c.heading("Training data")
	if len(d.Data) == 0 {
		c.line("None is recorded.")
		return
	}
	var rows [][]string
	for i := range d.Data {
		m := &d.Data[i]
		rows = append(rows, []string{fmt.Sprintf("[%s](/nodes/%d)", plain(DataName(m)), m.ID), code(DataVersion(m)), plain(m.URI)})
	}
	c.table([]string{"Data", "Version or digest", "Place"}, rows)
	if d.Truncated {
		c.line("There is more upstream than stands here.")
	}
}

func (c *card) metrics(d *Dossier) {
	c.heading("Metrics")
	if len(d.Metrics) == 0 {
		c.line("None is recorded.")
		return
	}
	var rows [][]string
	for i := range d.Metrics {
		m := &d.Metrics[i]
		rows = append(rows, []string{code(m.Key), strconv.FormatFloat(m.Value, 'g', 6, 64), plain(m.Dataset)})
	}
	c.table([]string{"Metric", "Value", "Measured on"}, rows)
}

// properties writes a section, or none where there is nothing in it.
func (c *card) properties(title, what string, list []pedigree.Property) {
	if len(list) == 0 {
		return
	}
	c.heading(title)
	var rows [][]string
	for i := range list {
		rows = append(rows, []string{code(list[i].Key), code(textOf(&list[i]))})
	}
	c.table([]string{what, "Value"}, rows)
}

func (c *card) signature(d *Dossier) {
	c.heading("Signature")
	columns := d.Signature()
	if len(columns) == 0 {
		c.line("The model says nothing of what it takes and gives.")
		return
	}
	var rows [][]string
	for _, column := range columns {
		rows = append(rows, []string{column.Part, code(column.Name), code(column.Type)})
	}
	c.table([]string{"Part", "Name", "Type"}, rows)
}

func (c *card) environment(d *Dossier) {
	needs := d.Needs()
	if len(needs) == 0 {
		return
	}
	c.heading("Environment")
	for _, need := range needs[:min(len(needs), maxRows)] {
		fmt.Fprintf(c, "- %s\n", code(need))
	}
	c.WriteString("\n")
	if len(needs) > maxRows {
		c.line("and %d more packages", len(needs)-maxRows)
	}
}

func (c *card) files(name, version string, files *digest.Summary) {
	c.heading("Verification")
	if files.State != digest.Complete {
		c.line("The files have no digest: %s.", plain(files.String()))
		return
	}
	c.line("%d files, %d bytes, SHA-256 of the whole %s.", files.Files, files.Bytes, code(files.Digest))
	c.line("To prove that they are still those that were registered: %s", code(fmt.Sprintf("pedigree verify model %s %s", shellQuote(name), version)))
}

// shellQuote writes a word for a shell.
func shellQuote(word string) string {
	if strings.Trim(word, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.") == "" {
		return word
	}
	return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
}

func (c *card) history(changes []pedigree.Change) {
	if len(changes) == 0 {
		return
	}
	c.heading("History")
	var rows [][]string
	for i := range changes {
		h := &changes[i]
		who := h.Actor
		if h.Reason != "" {
			who = strings.TrimSpace(who + ": " + h.Reason)
		}
		what := h.What
		if h.Before != "" || h.After != "" {
			what += " " + h.Before + " → " + h.After
		}
		rows = append(rows, []string{day(h.Time), plain(what), plain(who)})
	}
	c.table([]string{"When", "What", "Who and why"}, rows)
}

func day(t pedigree.Time) string {
	if !t.Set() {
		return "not known"
	}
	return time.UnixMilli(int64(t)).UTC().Format("2006-01-02 15:04 UTC")
}

// marks are the characters that Markdown reads as more than themselves within a
// line; no text from outside begins one.
const marks = "\\`*_[]<|~&"

// plain writes a text from outside so that Markdown shows it as it is, on one line.
func plain(text string) string {
	var b strings.Builder
	for _, r := range oneLine(text) {
		if r < 0x80 && strings.ContainsRune(marks, r) {
			b.WriteByte('\\')
		}
		b.WriteRune(r)
	}
	return b.String()
}

// code writes a text from outside as code, in a cell of a table.
func code(text string) string {
	line := oneLine(text)
	if line == "" {
		return ""
	}
	if strings.ContainsAny(line, "`|\\") { // code has no way to escape them everywhere
		return plain(line)
	}
	return "`" + line + "`"
}

// oneLine takes out what would begin another block.
func oneLine(text string) string {
	text = naming.Shorten(text, maxCell)
	return strings.TrimSpace(strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f || r == '\u2028' || r == '\u2029' || r == '\u0085' {
			return ' '
		}
		return r
	}, text))
}
