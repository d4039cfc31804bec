package atlas

import (
	"bufio"
	"errors"
	"net/http/httptest"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/fault"
)

func TestEveryReasonHasAStatusAndACode(t *testing.T) {
	for r := fault.NoSearchResults; int(r) < len(errorCodes); r++ {
		if form := errorCodes[r]; form.status == 0 || !strings.HasPrefix(form.code, "ATLAS-"+strconv.Itoa(form.status)+"-") && !outOfLine[form.code] {
			t.Errorf("reason %d looks like %+v", r, form)
		}
		if text := fault.New(r).Error(); text == "" || strings.HasPrefix(text, "unknown reason") {
			t.Errorf("reason %d says %q", r, text)
		}
	}
	next := fault.Reason(len(errorCodes))
	if text := fault.New(next).Error(); !strings.HasPrefix(text, "unknown reason") {
		t.Errorf("there is a reason without a code: %s", text)
	}
}

// outOfLine are codes whose status is another than their number says: clients know
// them so.
var outOfLine = map[string]bool{"ATLAS-400-00-069": true, "ATLAS-400-00-06A": true, "ATLAS-500-00-006": true}

// knownCode is a line of the list of what the real server's codes are.
var knownCode = regexp.MustCompile(`^\s*\w+\((\d+), "([^"]+)", "(.*)"$`)

func TestCodesAreThoseOfTheRealServer(t *testing.T) {
	list, err := os.Open("../../shared/data/atlas/errorcodes.txt")
	if err != nil {
		t.Skip("the list of the real server's codes, ../shared/data/atlas/errorcodes.txt, does not lie beside the repository; where it does, this runs")
	}
	defer list.Close()
	type form struct {
		status int
		text   string
	}
	known := make(map[string][]form) // one code stands for two reasons
	for lines := bufio.NewScanner(list); lines.Scan(); {
		m := knownCode.FindStringSubmatch(lines.Text())
		if m == nil {
			t.Fatalf("cannot read %q", lines.Text())
		}
		status, _ := strconv.Atoi(m[1])
		known[m[2]] = append(known[m[2]], form{status, strings.TrimSpace(strings.ReplaceAll(m[3], "'", ""))})
	}
	for r := fault.NoSearchResults; int(r) < len(errorCodes); r++ {
		ours := form{errorCodes[r].status, strings.ReplaceAll(fault.New(r).Error(), "'", "")}
		found := false
		for _, k := range known[errorCodes[r].code] {
			found = found || k == ours
		}
		if !found {
			t.Errorf("%s is %+v, known as %+v", errorCodes[r].code, ours, known[errorCodes[r].code])
		}
	}
}

func TestErrorsOfAllSortsHaveAForm(t *testing.T) {
	for _, c := range []struct {
		err    error
		status int
		code   string
		words  string
	}{
		{fault.New(fault.TypeNameNotFound, "x"), 404, "ATLAS-404-00-001", "Given typename x was invalid"},
		{pedigree.Errorf(pedigree.TooLarge, "too large"), 413, "ATLAS-400-00-029", "too large"},
		{pedigree.Errorf(pedigree.Denied, "you may not"), 403, "ATLAS-403-00-001", "you may not"},
		{pedigree.Errorf(pedigree.Unavailable, "later"), 503, "ATLAS-500-00-001", "later"},
		{pedigree.Hide(pedigree.Internal, errors.New("secret"), "words"), 500, "ATLAS-500-00-001", "Internal server error"},
		{errors.New("secret"), 500, "ATLAS-500-00-001", "Internal server error"},
	} {
		w := httptest.NewRecorder()
		fail(w, httptest.NewRequest("GET", base+"/v2/x", nil), c.err)
		if body := w.Body.String(); w.Code != c.status || !strings.Contains(body, c.code) || !strings.Contains(body, c.words) || strings.Contains(body, "secret") {
			t.Errorf("%v: %d %s", c.err, w.Code, body)
		}
		if got := w.Header().Get("Content-Type"); got != "application/json;charset=utf-8" {
			t.Errorf("content type %s", got)
		}
	}
}

func TestWhoAsksIsWhoTheHistoryNames(t *testing.T) {
	f := open(t)
	for user, want := range map[string]string{"": "admin", "ann": "ann"} {
		r := httptest.NewRequest("POST", base+"/v2/types/typedefs", strings.NewReader(`{"entityDefs":[{"name":"by`+user+`"}]}`))
		r.Host = "127.0.0.1:5000"
		r.Header.Set("Content-Type", "application/json")
		if user != "" {
			r.SetBasicAuth(user, "any")
		}
		w := httptest.NewRecorder()
		f.ServeHTTP(w, r)
		if w.Code != 200 || !strings.Contains(w.Body.String(), `"createdBy":"`+want+`"`) {
			t.Errorf("%q: %d %s", user, w.Code, w.Body)
		}
	}
}
