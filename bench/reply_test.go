package bench

import (
	"bufio"
	"strings"
	"testing"
)

func readReply(t *testing.T, text string) (*reply, *bufio.Reader) {
	t.Helper()
	in := bufio.NewReader(strings.NewReader(text))
	r := &reply{body: []byte("left over from the answer before")}
	if err := r.read(in); err != nil {
		t.Fatalf("read %q: %v", text, err)
	}
	return r, in
}

func TestReplyReadsEveryFraming(t *testing.T) {
	cases := map[string]struct {
		text, body string
		status     int
		closing    bool
	}{
		"length":               {"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}", "{}", 200, false},
		"header in lower case": {"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}", "{}", 200, false},
		"chunks":               {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\na;x=y\r\n0123456789\r\n0\r\n\r\n", "abc0123456789", 200, false},
		"until the end":        {"HTTP/1.1 500 Oh\r\n\r\nwhat is left", "what is left", 500, true},
		"nothing":              {"HTTP/1.1 204 No Content\r\n\r\n", "", 204, false},
		"connection closes":    {"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n", "", 200, true},
		"HTTP/1.0":             {"HTTP/1.0 404 Not Found\r\nContent-Length: 1\r\n\r\nx", "x", 404, false},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			r, _ := readReply(t, c.text)
			if r.status != c.status || string(r.body) != c.body || r.closing != c.closing {
				t.Errorf("got %d %q closing=%t, want %d %q closing=%t", r.status, r.body, r.closing, c.status, c.body, c.closing)
			}
		})
	}
}

func TestReplyLeavesTheNextAnswerAlone(t *testing.T) {
	const answer = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n"
	r, in := readReply(t, answer+"HTTP/1.1 201 Created\r\nContent-Length: 1\r\n\r\n1")
	if err := r.read(in); err != nil {
		t.Fatal(err)
	}
	if r.status != 201 || string(r.body) != "1" {
		t.Errorf("second answer: %d %q", r.status, r.body)
	}
}

func TestReplyRefusesWhatIsNoAnswer(t *testing.T) {
	for _, text := range []string{
		"",
		"SSH-2.0-OpenSSH\r\n",
		"HTTP/1.1 2x0 OK\r\n\r\n",
		"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nab",
		"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
		"HTTP/1.1 200 OK\r\nno colon\r\n\r\n",
		"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
		"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n-1\r\n",
	} {
		if err := new(reply).read(bufio.NewReader(strings.NewReader(text))); err == nil {
			t.Errorf("%q was read without an error", text)
		}
	}
}
