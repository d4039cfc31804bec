// Package sheet reads and writes tables as people exchange them: comma-separated
// values and the workbooks of spreadsheets. What it reads may come from anybody,
// so everything is bounded, nothing in a file is carried out, and a line that
// cannot be read costs that line and no other.
package sheet

import (
	"errors"
	"strings"
)

// Bounds on what is read.
const (
	MaxFile    = 64 << 20  // bytes of a file
	MaxCell    = 32_767    // characters of a cell, as spreadsheets have it
	MaxColumns = 1_024     // cells of a row
	MaxRows    = 200_000   // rows of a table, its head included
	maxUnzip   = 256 << 20 // bytes that the parts of a workbook unpack to
	maxParts   = 2_000     // files in a workbook
	maxStrings = 2_000_000 // texts that the cells of a workbook share
)

// Errors of files that hold no table. They say nothing of the content.
var (
	ErrKind  = errors.New("sheet: neither comma-separated values nor a workbook")
	ErrEmpty = errors.New("sheet: no row below the head")
	ErrBad   = errors.New("sheet: the file cannot be read")
	ErrLarge = errors.New("sheet: the file holds more than is read")
)

// A Row is one line of a table.
type Row struct {
	Number int      // counted from 1 below the head; lines that hold nothing do not count
	Cells  []string // trailing cells may be missing
	Broken string   // why the line cannot be read; empty for one that can. Cells are empty then
}

// Cell gives a cell, empty where the row has none at that place.
func (r *Row) Cell(i int) string {
	if i < len(r.Cells) {
		return r.Cells[i]
	}
	return ""
}

// Read gives the rows below the head of a table. The end of the file's name says
// what it is: .csv, or .xls and .xlsx.
func Read(name string, data []byte) (rows []Row, err error) {
	if len(data) > MaxFile {
		return nil, ErrLarge
	}
	switch Kind(name) {
	case "csv":
		rows, err = readCSV(data)
	case "xls", "xlsx":
		rows, err = readXLSX(data, maxUnzip)
	default:
		return nil, ErrKind
	}
	if err == nil && len(rows) == 0 {
		err = ErrEmpty
	}
	return rows, err
}

// Known reports whether the end of a file's name says that it is a table.
func Known(name string) bool {
	switch Kind(name) {
	case "csv", "xls", "xlsx":
		return true
	}
	return false
}

// Kind gives the end of a file's name after its last dot, in lower case.
func Kind(name string) string {
	dot := strings.LastIndexByte(name, '.')
	return strings.ToLower(name[dot+1:])
}

// starts are the characters that make a spreadsheet take a text for a formula.
const starts = "=+-@\t\r"

// Inert keeps a spreadsheet from computing a text that it opens: an apostrophe
// before it says that it is one. [Plain] undoes it.
func Inert(text string) string {
	if text != "" && strings.IndexByte(starts, text[0]) >= 0 {
		return "'" + text
	}
	return text
}

// Plain gives the text that [Inert] was given.
func Plain(text string) string {
	if len(text) > 1 && text[0] == '\'' && strings.IndexByte(starts, text[1]) >= 0 {
		return text[1:]
	}
	return text
}
