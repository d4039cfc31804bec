package sheet

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"
)

func cellsOf(rows []Row) (all [][]string) {
	for _, r := range rows {
		all = append(all, r.Cells)
	}
	return all
}

func TestCommaSeparatedValues(t *testing.T) {
	for name, c := range map[string]struct {
		text string
		want [][]string
	}{
		"the plain form":             {"a,b\n1,2\n3,4\n", [][]string{{"1", "2"}, {"3", "4"}}},
		"a mark of byte order":       {"\ufeffa,b\r\n1,2", [][]string{{"1", "2"}}},
		"quotes, commas and breaks":  {"a,b\n\"x,\ny\",\"he said \"\"hi\"\"\"\n", [][]string{{"x,\ny", `he said "hi"`}}},
		"a quote after a backslash":  {"a,b\n\"say \\\"hi\\\" now\",2\n", [][]string{{`say "hi" now`, "2"}}},
		"a backslash at the end":     {"a,b\n\"C:\\\",2\n", [][]string{{`C:\`, "2"}}},
		"lines that hold nothing":    {"a,b\n\n1,2\n\n\n3,4", [][]string{{"1", "2"}, {"3", "4"}}},
		"empty cells at the end":     {"a,b,c\n1,,\n", [][]string{{"1", "", ""}}},
		"a space before a quote":     {"a,b\n1, \"2,3\" \n", [][]string{{"1", "2,3"}}},
		"what was kept from a sheet": {"a,b\n1,'=1+1\n", [][]string{{"1", "=1+1"}}},
		"other apostrophes":          {"a,b\n'tis,x=1\n", [][]string{{"'tis", "x=1"}}},
	} {
		rows, err := Read("t.CSV", []byte(c.text))
		if err != nil || !reflect.DeepEqual(cellsOf(rows), c.want) {
			t.Errorf("%s: %q (%v), want %q", name, cellsOf(rows), err, c.want)
		}
	}
}

// TestABrokenLineCostsItself has lines of all broken sorts among whole ones, one
// of them far down.
func TestABrokenLineCostsItself(t *testing.T) {
	var b strings.Builder
	b.WriteString("GlossaryName,TermName\n")
	broken := map[int]string{9000: `"open,never closed`, 17: `"x"y,z`, 18: "g," + strings.Repeat("long", 10_000), 12_000: `g,"`}
	for i := 1; i <= 12_000; i++ {
		if text, ok := broken[i]; ok {
			b.WriteString(text + "\n")
			continue
		}
		fmt.Fprintf(&b, "g,term %d\n", i)
	}
	rows, err := Read("t.csv", []byte(b.String()))
	if err != nil || len(rows) != 12_000 {
		t.Fatalf("%d rows (%v)", len(rows), err)
	}
	for i, r := range rows {
		_, isBroken := broken[i+1]
		if r.Number != i+1 || (r.Broken != "") != isBroken || !isBroken && r.Cell(1) != fmt.Sprintf("term %d", i+1) {
			t.Fatalf("row %d is %+v", i+1, r)
		}
	}
}

func TestABrokenHeadIsABadFile(t *testing.T) {
	for _, text := range []string{`"a,b`, "\xff\xfea,b\n", "a,\x00b\n1,2\n", "\x00a,b\n1,2\n"} {
		if _, err := Read("t.csv", []byte(text)); !errors.Is(err, ErrBad) {
			t.Errorf("%q: %v", text, err)
		}
	}
}

func TestWhatIsNoTable(t *testing.T) {
	for name, want := range map[string]error{"t.txt": ErrKind, "csv.": ErrKind, "t.csv": ErrEmpty} {
		if _, err := Read(name, []byte("a,b\n")); !errors.Is(err, want) {
			t.Errorf("%s: %v, want %v", name, err, want)
		}
	}
	if _, err := Read("t.csv", make([]byte, MaxFile+1)); !errors.Is(err, ErrLarge) {
		t.Errorf("a large file: %v", err)
	}
	if _, err := Read("t.csv", []byte("a,b\n"+strings.Repeat("1,2\n", MaxRows))); !errors.Is(err, ErrLarge) {
		t.Errorf("a long file: %v", err)
	}
}

func TestWhatIsWrittenIsRead(t *testing.T) {
	table := [][]string{
		{"Name", "Text"},
		{"=HYPERLINK(\"http://x\")", "a,\"b\"\nc"},
		{"+1", "-2"},
		{"@x", "é <&> ü"},
		{"", "only the second"},
	}
	for _, kind := range []string{"csv", "xlsx"} {
		var b bytes.Buffer
		var err error
		if kind == "csv" {
			err = WriteCSV(&b, table)
		} else {
			err = WriteXLSX(&b, "T & T", table)
		}
		if err != nil {
			t.Fatal(err)
		}
		rows, err := Read("t."+kind, b.Bytes())
		if err != nil || !reflect.DeepEqual(cellsOf(rows), table[1:]) {
			t.Errorf("%s: %q (%v), want %q", kind, cellsOf(rows), err, table[1:])
		}
	}
}

func TestNoCellIsAFormula(t *testing.T) {
	var b bytes.Buffer
	if err := WriteCSV(&b, [][]string{{"=1", "+1", "-1", "@x", "\tx", "\rx", "x"}}); err != nil {
		t.Fatal(err)
	}
	if got, want := b.String(), "\ufeff\"'=1\",\"'+1\",\"'-1\",\"'@x\",\"'\tx\",\"'\rx\",\"x\"\n"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}

// book makes a workbook of parts.
func book(t *testing.T, parts map[string]string) []byte {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for name, text := range parts {
		f, err := w.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := f.Write([]byte(text)); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func bookOf(t *testing.T, sheet, shared string) []byte {
	t.Helper()
	parts := map[string]string{
		"xl/workbook.xml": bookHead + "S" + bookTail, "xl/_rels/workbook.xml.rels": bookRels, "xl/worksheets/sheet1.xml": sheetHead + sheet + sheetTail,
	}
	if shared != "" {
		parts["xl/sharedStrings.xml"] = "<sst>" + shared + "</sst>"
	}
	return book(t, parts)
}

func TestWorkbooks(t *testing.T) {
	data := bookOf(t, `<row><c r="A1" t="s"><v>0</v></c></row>`+
		`<row><c r="A2" t="s"><v>1</v></c><c r="C2"><f>1+1</f><v>2</v></c></row>`+
		`<row><c r="A3"/></row>`+
		`<row><c t="str"><v>x</v></c><ext><c t="str"><v>no cell</v></c></ext><c t="b"><v>1</v></c></row>`,
		`<si><t>head</t></si><si><r><t>rich </t></r><r><t>text</t></r><rPh><t>said</t></rPh></si>`)
	rows, err := Read("t.xlsx", data)
	want := [][]string{{"rich text", "", "2"}, {"x", "1"}}
	if err != nil || !reflect.DeepEqual(cellsOf(rows), want) {
		t.Errorf("%q (%v), want %q", cellsOf(rows), err, want)
	}
}

// TestTheFirstSheetIsRead has a workbook whose first sheet is not its first part.
func TestTheFirstSheetIsRead(t *testing.T) {
	sheetOf := func(text string) string {
		return sheetHead + `<row/><row><c t="str"><v>` + text + `</v></c></row>` + sheetTail
	}
	relation := func(id, target string) string { return `<Relationship Id="` + id + `" Target="` + target + `"/>` }
	data := book(t, map[string]string{
		"xl/workbook.xml":            `<workbook xmlns:r="r"><sheets><sheet name="b" sheetId="2" r:id="rId2"/><sheet name="a" sheetId="1" r:id="rId1"/></sheets></workbook>`,
		"xl/_rels/workbook.xml.rels": `<Relationships>` + relation("rId1", "worksheets/sheet1.xml") + relation("rId2", "/xl/worksheets/sheet2.xml") + `</Relationships>`,
		"xl/worksheets/sheet1.xml":   sheetOf("second"), "xl/worksheets/sheet2.xml": sheetOf("first"),
	})
	if rows, err := Read("t.xlsx", data); err != nil || !reflect.DeepEqual(cellsOf(rows), [][]string{{"first"}}) {
		t.Errorf("%q (%v)", cellsOf(rows), err)
	}
}

// TestACellHoldsAsManyCharactersAsInASpreadsheet counts characters, not bytes.
func TestACellHoldsAsManyCharactersAsInASpreadsheet(t *testing.T) {
	for _, c := range []struct {
		characters int
		broken     bool
	}{{MaxCell, false}, {MaxCell + 1, true}} {
		text := strings.Repeat("ü", c.characters)
		for name, data := range map[string][]byte{
			"t.csv": []byte("a,b\n1," + text), "t.xlsx": bookOf(t, `<row/><row><c t="str"><v>1</v></c><c t="str"><v>`+text+`</v></c></row>`, ""),
		} {
			rows, err := Read(name, data)
			if err != nil || len(rows) != 1 || (rows[0].Broken != "") != c.broken || !c.broken && rows[0].Cell(1) != text {
				t.Errorf("%s of %d characters: %d rows (%v)", name, c.characters, len(rows), err)
			}
		}
	}
	var b bytes.Buffer
	if err := WriteXLSX(&b, "t", [][]string{{"head"}, {strings.Repeat("ü", MaxCell+5)}}); err != nil {
		t.Fatal(err)
	}
	if rows, err := Read("t.xlsx", b.Bytes()); err != nil || len(rows) != 1 || rows[0].Cell(0) != strings.Repeat("ü", MaxCell) {
		t.Errorf("a longer text is not cut: %d rows (%v)", len(rows), err)
	}
}

func TestBadWorkbooks(t *testing.T) {
	old := append([]byte("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"), make([]byte, 600)...)
	for name, data := range map[string][]byte{
		"none":              []byte("PK"),
		"the binary form":   old,
		"no sheet":          book(t, map[string]string{"xl/workbook.xml": "<workbook/>"}),
		"no text shared":    bookOf(t, `<row/><row><c t="s"><v>7</v></c></row>`, ""),
		"one text too far":  bookOf(t, `<row/><row><c t="s"><v>1</v></c></row>`, "<si><t>x</t></si>"),
		"one text before":   bookOf(t, `<row/><row><c t="s"><v>-1</v></c></row>`, "<si><t>x</t></si>"),
		"a text by name":    bookOf(t, `<row/><row><c t="s"><v>x</v></c></row>`, "<si><t>x</t></si>"),
		"an open element":   bookOf(t, `<row/><row><c>`, ""),
		"an entity":         bookOf(t, `<row/><row><c t="str"><v>&x;</v></c></row>`, ""),
		"a declared entity": book(t, map[string]string{"xl/workbook.xml": `<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>`}),
	} {
		if rows, err := Read("t.xls", data); !errors.Is(err, ErrBad) {
			t.Errorf("%s: %q, %v", name, cellsOf(rows), err)
		}
	}
}

func TestAWorkbookThatUnpacksToMuchIsRefused(t *testing.T) {
	data := bookOf(t, `<row/><row><c t="str"><v>`+strings.Repeat("a", 1<<20)+`</v></c></row>`, "")
	if _, err := readXLSX(data, 1<<20); !errors.Is(err, ErrLarge) {
		t.Errorf("%v", err)
	}
	if rows, err := readXLSX(data, 2<<20); err != nil || rows[0].Broken == "" {
		t.Errorf("with room for it: %v", err)
	}
}

func TestAWideRowCostsItself(t *testing.T) {
	data := bookOf(t, `<row/><row><c r="ZZZZ2" t="str"><v>x</v></c></row><row><c r="A3" t="str"><v>y</v></c></row>`, "")
	rows, err := Read("t.xlsx", data)
	if err != nil || len(rows) != 2 || rows[0].Broken == "" || rows[1].Cell(0) != "y" {
		t.Errorf("%+v, %v", rows, err)
	}
}

func FuzzCSV(f *testing.F) {
	for _, text := range []string{"a,b\n1,2", "a,b\n\"x\"\"\",\"y\ny\"", "a,b\n\"", "a\n\\\",", "a,b\r\rx,y"} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, data []byte) { readAny(t, "t.csv", data) })
}

// FuzzXLSX reads sheets and texts that may be anything, in archives that are sound, and
// archives that are not.
func FuzzXLSX(f *testing.F) {
	var b bytes.Buffer
	if err := WriteXLSX(&b, "t", [][]string{{"a"}, {"b", "c"}}); err != nil {
		f.Fatal(err)
	}
	f.Add(b.Bytes(), "", "")
	f.Add([]byte{}, `<row r="1"><c r="A1" t="s"><v>0</v></c></row><row r="2"><c r="B2" t="s"><v>1</v></c></row>`, `<si><t>a</t></si><si><r><t>b</t></r></si>`)
	f.Add([]byte{}, `<row><c t="inlineStr"><is><t>x</t></is></c></row><row><c t="b"><v>1</v></c><c><f>1+1</f><v>2</v></c></row>`, "")
	f.Fuzz(func(t *testing.T, data []byte, sheet, shared string) {
		if len(data) == 0 {
			data = bookOf(t, sheet, shared)
		}
		readAny(t, "t.xlsx", data)
	})
}

// readAny reads what may be anything: rows keep to their bounds, and what is
// written of them is read as the same.
func readAny(t *testing.T, name string, data []byte) {
	t.Helper()
	rows, err := Read(name, data)
	if err != nil {
		return
	}
	table := [][]string{{"head", "head"}}
	for i, r := range rows {
		if r.Number != i+1 || len(r.Cells) > MaxColumns {
			t.Fatalf("row %d is numbered %d and has %d cells", i+1, r.Number, len(r.Cells))
		}
		if r.Broken == "" && len(r.Cells) > 1 {
			table = append(table, r.Cells)
		}
	}
	var b bytes.Buffer
	if err := WriteCSV(&b, table); err != nil {
		t.Fatal(err)
	}
	again, err := Read("t.csv", b.Bytes())
	if len(table) > 1 && (err != nil || len(again) != len(table)-1) {
		t.Fatalf("%d rows of %d are read again (%v)", len(again), len(table)-1, err)
	}
}
