package naming

import (
	"strings"
	"testing"
)

func TestQualifiedNamesAreDistinctAndComeApart(t *testing.T) {
	seen := make(map[string]bool)
	for _, c := range [][2]string{
		{"food", "orders"}, {"s3://b", "a/b.csv"}, {"s3://b/a", "b.csv"}, {"s3:%2F%2Fb", "a/b.csv"}, {"", "x"}, {"a%", "/x"}, {"a%25", "/x"}, {"file", "/d/x"},
	} {
		text := Qualify(c[0], c[1])
		if seen[text] {
			t.Errorf("%q stands for two", text)
		}
		seen[text] = true
		if namespace, name := Unqualify(text); namespace != c[0] || name != c[1] {
			t.Errorf("%q comes apart as %q, %q", text, namespace, name)
		}
	}
}

func TestQualifiedNamesAreShownAsPeopleWriteThemAndTakenBack(t *testing.T) {
	seen := make(map[string]bool)
	for _, c := range [][3]string{
		{"food", "orders", "food/orders"},
		{"s3://b", "a/b.csv", "s3://b/a/b.csv"},
		{"s3://b/a", "b.csv", "s3://b%2Fa/b.csv"},
		{"postgres://h:5432", "db.public.t", "postgres://h:5432/db.public.t"},
		{"s3:%2F%2Fb", "a/b.csv", "s3:%252F%252Fb/a/b.csv"},
		{"", "x", "/x"},
		{"file", "/d/x", "file//d/x"},
		{"file:", "/d/x", "file%3A//d/x"},
		{"file:/", "x", "file:%2F/x"},
		{"file://", "x", "file:///x"},
		{"file%3A", "/d/x", "file%253A//d/x"},
		{"a://b://c", "://", "a://b://c/://"},
		{"a:", "//b/c", "a%3A///b/c"},
		{"a:///", "b", "a://%2F/b"},
	} {
		qualified := Qualify(c[0], c[1])
		shown := Show(qualified)
		if shown != c[2] || seen[shown] {
			t.Errorf("%q is shown as %q, want %q", qualified, shown, c[2])
		}
		seen[shown] = true
		if back, whole := Unshow(shown); back != qualified || !whole {
			t.Errorf("%q is taken back as %q, want %q", shown, back, qualified)
		}
	}
	if shown := Show("sha256:ab"); shown != "sha256:ab" {
		t.Errorf("what is no qualified name is shown as %q", shown)
	}
	if back, whole := Unshow("sha256:ab"); back != "sha256:ab" || whole {
		t.Errorf("and taken back as %q", back)
	}
}

// TestBeginningsOfNamesLeadToBeginningsOfWhatTheyAreWrittenOf cuts a name anywhere.
func TestBeginningsOfNamesLeadToBeginningsOfWhatTheyAreWrittenOf(t *testing.T) {
	for _, c := range [][2]string{{"s3://b", "x/y"}, {"a:", "/x"}, {"a:/b", "x"}, {"a:///b", "x"}, {"plain", "x"}, {"50%", "x"}} {
		qualified := Qualify(c[0], c[1])
		shown := Show(qualified)
		for i := range shown {
			begins, whole := Unshow(shown[:i])
			if !whole {
				begins = strings.TrimRight(begins, ":/%3A")
			}
			if !strings.HasPrefix(qualified, begins) {
				t.Errorf("%q begins %q, and %q not %q", shown[:i], shown, begins, qualified)
			}
		}
	}
}

func FuzzShow(f *testing.F) {
	f.Add("s3://b", "a/b")
	f.Add("a:", "/b")
	f.Add("%3A", "//")
	f.Fuzz(func(t *testing.T, namespace, name string) {
		qualified := Qualify(namespace, name)
		if back, whole := Unshow(Show(qualified)); back != qualified || !whole {
			t.Errorf("%q comes back as %q", qualified, back)
		}
	})
}
