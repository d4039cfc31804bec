package naming

import "testing"

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
