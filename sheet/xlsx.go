package sheet

import (
	"archive/zip"
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"path"
	"strconv"
	"strings"
	"unicode/utf8"
)

// readXLSX reads the first sheet of a workbook. Formulas are not computed: what
// counts is the value that was stored with them. It is refused where its parts
// unpack to more than so many bytes.
func readXLSX(data []byte, unzip int64) ([]Row, error) {
	files, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil || len(files.File) > maxParts {
		return nil, ErrBad
	}
	book := workbook{parts: make(map[string]*zip.File, len(files.File)), left: unzip}
	for _, f := range files.File {
		name := strings.TrimPrefix(f.Name, "/")
		if book.parts[name] != nil {
			return nil, ErrBad // one reader sees the first, another the last
		}
		book.parts[name] = f
	}
	first, err := book.firstSheet()
	if err != nil {
		return nil, err
	}
	if err := book.readStrings(); err != nil {
		return nil, err
	}
	return book.readSheet(first)
}

// A workbook is what is known of one while it is read.
type workbook struct {
	parts  map[string]*zip.File
	shared []string
	left   int64 // bytes that may still be unpacked, of all parts together
}

// tokens calls fn with the tokens of a part, each of which counts.
func (b *workbook) tokens(name string, fn func(d *xml.Decoder, start xml.StartElement) error) error {
	part := b.parts[name]
	if part == nil {
		return ErrBad
	}
	in, err := part.Open()
	if err != nil {
		return ErrBad
	}
	defer in.Close()
	d := xml.NewDecoder(&bounded{in, &b.left})
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return orBad(err)
		}
		if start, ok := token.(xml.StartElement); ok {
			if err := fn(d, start); err != nil {
				return orBad(err)
			}
		}
	}
}

// orBad keeps the errors of this package and hides others.
func orBad(err error) error {
	if errors.Is(err, ErrLarge) {
		return ErrLarge
	}
	return ErrBad
}

// bounded reads as long as there is something left.
type bounded struct {
	in   io.Reader
	left *int64
}

func (b *bounded) Read(p []byte) (int, error) {
	if *b.left <= 0 {
		return 0, ErrLarge
	}
	n, err := b.in.Read(p[:min(int64(len(p)), *b.left)])
	*b.left -= int64(n)
	return n, err
}

// firstSheet finds the part with the sheet that people see first.
func (b *workbook) firstSheet() (name string, err error) {
	var id string
	err = b.tokens("xl/workbook.xml", func(_ *xml.Decoder, e xml.StartElement) error {
		if e.Name.Local == "sheet" && id == "" {
			for _, a := range e.Attr {
				if a.Name.Local == "id" { // r:id; sheetId is another name
					id = a.Value
				}
			}
		}
		return nil
	})
	if err != nil || id == "" {
		return "", ErrBad
	}
	err = b.tokens("xl/_rels/workbook.xml.rels", func(_ *xml.Decoder, e xml.StartElement) error {
		if e.Name.Local == "Relationship" && attribute(e, "Id") == id {
			name = attribute(e, "Target")
		}
		return nil
	})
	switch {
	case err != nil || name == "":
		return "", ErrBad
	case strings.HasPrefix(name, "/"):
		return name[1:], nil
	}
	return path.Join("xl", name), nil
}

func attribute(e xml.StartElement, name string) string {
	for _, a := range e.Attr {
		if a.Name.Local == name {
			return a.Value
		}
	}
	return ""
}

// readStrings reads the texts that cells share. Not every workbook has some.
func (b *workbook) readStrings() error {
	const name = "xl/sharedStrings.xml"
	if b.parts[name] == nil {
		return nil
	}
	return b.tokens(name, func(d *xml.Decoder, e xml.StartElement) error {
		if e.Name.Local != "si" {
			return nil
		}
		if len(b.shared) == maxStrings {
			return ErrLarge
		}
		text, err := richText(d)
		b.shared = append(b.shared, text)
		return err
	})
}

// richText gathers the text of the element that was just opened, without what
// says how it is to be pronounced.
func richText(d *xml.Decoder) (string, error) {
	var b strings.Builder
	var inText int
	for depth := 1; depth > 0; {
		token, err := d.Token()
		if err != nil {
			return "", err
		}
		switch t := token.(type) {
		case xml.StartElement:
			if t.Name.Local == "rPh" {
				if err := d.Skip(); err != nil {
					return "", err
				}
				continue
			}
			depth++
			if t.Name.Local == "t" || inText > 0 {
				inText++
			}
		case xml.EndElement:
			depth--
			inText = max(inText-1, 0)
		case xml.CharData:
			if inText > 0 {
				b.Write(t)
			}
		}
	}
	return b.String(), nil
}

// readSheet reads the rows of a sheet below the first.
func (b *workbook) readSheet(name string) (rows []Row, err error) {
	head := true
	err = b.tokens(name, func(d *xml.Decoder, e xml.StartElement) error {
		if e.Name.Local != "row" {
			return nil
		}
		cells, problem, err := b.row(d)
		switch {
		case err != nil:
			return err
		case head:
			head = false
		case problem != "" || !blank(cells):
			if len(rows)+1 >= MaxRows {
				return ErrLarge
			}
			rows = append(rows, Row{Number: len(rows) + 1, Cells: cells, Broken: problem})
		}
		return nil
	})
	return rows, err
}

func blank(cells []string) bool {
	for _, c := range cells {
		if c != "" {
			return false
		}
	}
	return true
}

// row reads the cells of the row that was just opened.
func (b *workbook) row(d *xml.Decoder) (cells []string, problem string, err error) {
	for {
		token, err := d.Token()
		if err != nil {
			return nil, "", err
		}
		if _, ok := token.(xml.EndElement); ok {
			if problem != "" {
				cells = nil
			}
			return cells, problem, nil
		}
		e, ok := token.(xml.StartElement)
		if !ok {
			continue
		}
		if e.Name.Local != "c" {
			if err := d.Skip(); err != nil {
				return nil, "", err
			}
			continue
		}
		value, err := b.cell(d, attribute(e, "t"))
		if err != nil {
			return nil, "", err
		}
		place, ok := column(attribute(e, "r"), len(cells))
		switch {
		case !ok:
			problem = "there are more than 1024 cells"
		case len(value) > MaxCell && utf8.RuneCountInString(value) > MaxCell:
			problem = "a cell holds more than 32767 characters"
		case problem == "":
			for len(cells) <= place {
				cells = append(cells, "")
			}
			cells[place] = value
		}
	}
}

// cell gives the value of the cell that was just opened.
func (b *workbook) cell(d *xml.Decoder, kind string) (value string, err error) {
	for {
		token, err := d.Token()
		if err != nil {
			return "", err
		}
		switch t := token.(type) {
		case xml.EndElement:
			if kind == "s" {
				i, err := strconv.Atoi(value)
				if err != nil || i < 0 || i >= len(b.shared) {
					return "", ErrBad
				}
				value = b.shared[i]
			}
			return Plain(strings.TrimSpace(value)), nil
		case xml.StartElement:
			switch t.Name.Local {
			case "v":
				err = d.DecodeElement(&value, &t)
			case "is":
				value, err = richText(d)
			default:
				err = d.Skip()
			}
			if err != nil {
				return "", err
			}
		}
	}
}

// column gives the place of a cell by its name, such as C7, and after those
// before it where it has none.
func column(name string, next int) (place int, ok bool) {
	for i := 0; i < len(name) && name[i] >= 'A' && name[i] <= 'Z'; i++ {
		if place = place*26 + int(name[i]-'A') + 1; place > MaxColumns {
			return 0, false
		}
	}
	if place == 0 {
		return next, next < MaxColumns
	}
	return place - 1, true
}

// The parts of a workbook that are the same in all.
const (
	xmlHead      = `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>` + "\n"
	contentTypes = xmlHead + `<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">` +
		`<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/>` +
		`<Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/>` +
		`<Override PartName="/xl/worksheets/sheet1.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/></Types>`
	packageRels = xmlHead + `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">` +
		`<Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>`
	bookRels = xmlHead + `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">` +
		`<Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/></Relationships>`
	bookHead = xmlHead + `<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" ` +
		`xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="`
	bookTail  = `" sheetId="1" r:id="rId1"/></sheets></workbook>`
	sheetHead = xmlHead + `<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>`
	sheetTail = `</sheetData></worksheet>`
)

// WriteXLSX writes a table as a workbook of one sheet. Its cells are texts, which
// no spreadsheet computes; longer ones than a cell holds are cut.
func WriteXLSX(w io.Writer, title string, rows [][]string) error {
	out := zip.NewWriter(w)
	for _, part := range []struct{ name, text string }{
		{"[Content_Types].xml", contentTypes},
		{"_rels/.rels", packageRels},
		{"xl/workbook.xml", bookHead + escape(title) + bookTail},
		{"xl/_rels/workbook.xml.rels", bookRels},
	} {
		f, err := out.Create(part.name)
		if err != nil {
			return err
		}
		if _, err := io.WriteString(f, part.text); err != nil {
			return err
		}
	}
	f, err := out.Create("xl/worksheets/sheet1.xml")
	if err != nil {
		return err
	}
	if err := writeSheet(f, rows); err != nil {
		return err
	}
	return out.Close()
}

func writeSheet(w io.Writer, rows [][]string) error {
	if _, err := io.WriteString(w, sheetHead); err != nil {
		return err
	}
	var b strings.Builder
	for i, row := range rows {
		b.Reset()
		b.WriteString(`<row r="` + strconv.Itoa(i+1) + `">`)
		for _, cell := range row {
			b.WriteString(`<c t="inlineStr"><is><t xml:space="preserve">` + escape(cut(cell)) + `</t></is></c>`)
		}
		b.WriteString(`</row>`)
		if _, err := io.WriteString(w, b.String()); err != nil {
			return err
		}
	}
	_, err := io.WriteString(w, sheetTail)
	return err
}

func cut(text string) string {
	if len(text) <= MaxCell {
		return text
	}
	if runes := []rune(text); len(runes) > MaxCell {
		return string(runes[:MaxCell])
	}
	return text
}

func escape(text string) string {
	var b strings.Builder
	_ = xml.EscapeText(&b, []byte(text))
	return b.String()
}
