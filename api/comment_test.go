package api

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
)

func TestCommentsAreWrittenEditedAndRemoved(t *testing.T) {
	c := openChain(t)
	at := fmt.Sprintf("/nodes/%d/comments", c.ids["clean"])
	w := c.send("POST", at, `{"text": "looks *right* <b>", "unknown": 1}`, 201)
	var first Comment
	c.must(json.Unmarshal(w.Body.Bytes(), &first))
	one := fmt.Sprintf("%s/%d", at, first.ID)
	if first.Text != "looks *right* <b>" || first.Node != c.ids["clean"] || w.Header().Get("Location") != base+one {
		t.Errorf("%+v at %s", first, w.Header().Get("Location"))
	}
	if got := get[Comment](&c.fixture, base+one); got != first {
		t.Errorf("then it is %+v", got)
	}
	c.send("POST", at, `{"text": "second"}`, 201)
	page := get[CommentsAnswer](&c.fixture, base+at+"?limit=1")
	rest := get[CommentsAnswer](&c.fixture, base+at+"?after="+page.Next)
	if len(page.Comments) != 1 || page.Comments[0] != first || len(rest.Comments) != 1 || rest.Comments[0].Text != "second" || rest.Next != "" {
		t.Errorf("pages %+v and %+v", page, rest)
	}
	if text := c.send("PATCH", one, `{"text": "wrong"}`, 200).Body.String(); !strings.Contains(text, `"text":"wrong"`) {
		t.Errorf("edited it is %s", text)
	}
	c.send("DELETE", one+"?reason=spam", "", 200)
	c.send("GET", one, "", 404)
	c.send("DELETE", one, "", 404)
	c.send("PATCH", one, `{"text": "late"}`, 404)
}

func TestWhatIsNoCommentIsAProblem(t *testing.T) {
	c := openChain(t)
	at := fmt.Sprintf("/nodes/%d/comments", c.ids["clean"])
	for body, want := range map[string]int{
		``: 400, `{}`: 400, `null`: 400, `[]`: 400, `{"text": 1}`: 400, `{"text": null}`: 400, `{"text": " "}`: 400, `{"text": "a"} x`: 400, `{"text": "a", "text": "b"}`: 400,
		`{"TEXT": "a"}`: 400, "{\"text\": \"\xff\"}": 400, `{"text": "\ud800"}`: 400, `{"text": "\u0000"}`: 400, `{"text": "` + strings.Repeat("x", 64<<10+1) + `"}`: 413,
	} {
		c.send("POST", at, body, want)
	}
	for target, want := range map[string]int{
		"/nodes/4711/comments": 404, "/nodes/x/comments": 400, "/nodes/0/comments": 400, "/nodes/-1/comments": 400, "/nodes/1/comments": 404,
		"/nodes/99999999999999999999/comments": 400, at + "/x": 400, at + "/99": 404, at + "?after=x": 400, at + "?limit=0": 400, at + "?before=1": 400,
	} {
		c.send("GET", target, "", want)
	}
}
