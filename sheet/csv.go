package sheet

import (
	"bufio"
	"bytes"
	"io"
	"strings"
	"unicode/utf8"
)

// readCSV reads comma-separated values. A record that is broken ends with its
// line, so that what follows is read as if it were not there. That costs little: a
// quotation mark that opens a cell of a later line ends the search for the other
// half of one before it.
func readCSV(data []byte) (rows []Row, err error) {
	data = bytes.TrimPrefix(data, []byte("\ufeff"))
	if !utf8.Valid(data) || bytes.IndexByte(data, 0) >= 0 {
		return nil, ErrBad
	}
	text, head := string(data), true
	for at := 0; at < len(text); {
		cells, next, problem := record(text, at)
		if problem != "" {
			next = lineEnd(text, at)
		}
		at = next
		switch {
		case head:
			if problem != "" {
				return nil, ErrBad
			}
			head = false
		case problem != "" || len(cells) > 1:
			if len(rows)+1 >= MaxRows {
				return nil, ErrLarge
			}
			rows = append(rows, Row{Number: len(rows) + 1, Cells: cells, Broken: problem})
		}
	}
	return rows, nil
}

// record reads one record and says where the next begins, or how far it looked
// where there is a problem.
func record(text string, at int) (cells []string, next int, problem string) {
	for {
		var cell string
		cell, at, problem = cellAt(text, at)
		switch {
		case problem != "":
			return nil, at, problem
		case len(cell) > MaxCell && utf8.RuneCountInString(cell) > MaxCell:
			return nil, at, "a cell holds more than 32767 characters"
		case len(cells) == MaxColumns:
			return nil, at, "there are more than 1024 cells"
		}
		cells = append(cells, Plain(cell))
		switch {
		case at == len(text):
			return cells, at, ""
		case text[at] == ',':
			at++
		default:
			return cells, skipBreak(text, at), ""
		}
	}
}

// cellAt reads one cell up to the comma or break after it.
func cellAt(text string, at int) (cell string, end int, problem string) {
	from := at
	for at < len(text) && text[at] == ' ' {
		at++
	}
	if at == len(text) || text[at] != '"' {
		end = at + strings.IndexAny(text[at:], ",\n\r")
		if end < at {
			end = len(text)
		}
		return text[from:end], end, ""
	}
	return quotedAt(text, at+1)
}

// quotedAt reads the rest of a cell that began with a quotation mark. Inside, two
// of them stand for one, and so does one after a backslash where it cannot be the
// end.
func quotedAt(text string, at int) (cell string, end int, problem string) {
	var b strings.Builder
	for {
		mark := strings.IndexByte(text[at:], '"')
		if mark < 0 {
			return "", len(text), "a quotation mark is not closed"
		}
		b.WriteString(text[at : at+mark])
		at += mark + 1
		after := at
		for after < len(text) && text[after] == ' ' {
			after++
		}
		switch {
		case at < len(text) && text[at] == '"':
			b.WriteByte('"')
			at++
		case after == len(text) || strings.IndexByte(",\n\r", text[after]) >= 0:
			return b.String(), after, ""
		case strings.HasSuffix(b.String(), `\`):
			inner := b.String()
			b.Reset()
			b.WriteString(inner[:len(inner)-1] + `"`)
		default:
			return "", at, "there is text after a closing quotation mark"
		}
		if b.Len() > 4*MaxCell {
			return "", at, "a cell holds more than 32767 characters"
		}
	}
}

// lineEnd gives where the line after the one at a place begins.
func lineEnd(text string, at int) int {
	i := strings.IndexAny(text[at:], "\n\r")
	if i < 0 {
		return len(text)
	}
	return skipBreak(text, at+i)
}

// skipBreak steps over one break of lines.
func skipBreak(text string, at int) int {
	if strings.HasPrefix(text[at:], "\r\n") {
		return at + 2
	}
	return at + 1
}

// WriteCSV writes a table as comma-separated values in UTF-8 that no spreadsheet
// takes for formulas.
func WriteCSV(w io.Writer, rows [][]string) error {
	out := bufio.NewWriter(w)
	_, _ = out.WriteString("\ufeff")
	for _, row := range rows {
		for i, cell := range row {
			if i > 0 {
				_ = out.WriteByte(',')
			}
			_, _ = out.WriteString(`"` + strings.ReplaceAll(Inert(cell), `"`, `""`) + `"`)
		}
		_ = out.WriteByte('\n')
	}
	return out.Flush()
}
