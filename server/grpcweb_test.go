package server_test

import (
	"bufio"
	"context"
	"encoding/base64"
	"encoding/binary"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/metadata"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/wrapperspb"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/route"
	"github.com/pedigree-ml/pedigree/server"
)

// webFrame packs bytes as a client of gRPC-Web sends them.
func webFrame(flags byte, payload []byte) []byte {
	return append(binary.BigEndian.AppendUint32([]byte{flags}, uint32(len(payload))), payload...)
}

func webMessage(text string) []byte {
	packed, _ := proto.Marshal(wrapperspb.Bytes([]byte(text)))
	return webFrame(0, packed)
}

// A webAnswer is what a client makes of an answer.
type webAnswer struct {
	*http.Response
	message, trailers string
}

// web calls a method over a real connection.
func (r *running) web(t *testing.T, body []byte, headers ...string) webAnswer {
	t.Helper()
	c := r.dial(t)
	head := r.request("POST "+sayMethod, append([]string{"Content-Length: " + itoa(len(body))}, headers...)...)
	if _, err := io.WriteString(c, head+string(body)); err != nil {
		t.Fatal(err)
	}
	answer, err := http.ReadResponse(bufio.NewReader(c), nil)
	if err != nil {
		t.Fatal(err)
	}
	got, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	answer.Body.Close()
	return unpack(t, answer, got)
}

func unpack(t *testing.T, answer *http.Response, body []byte) webAnswer {
	t.Helper()
	out := webAnswer{Response: answer}
	if strings.Contains(answer.Header.Get("Content-Type"), "text+") {
		decoded, err := base64.StdEncoding.DecodeString(string(body))
		if err != nil {
			t.Fatalf("%q: %v", body, err)
		}
		body = decoded
	}
	for len(body) > 4 && strings.Contains(answer.Header.Get("Content-Type"), "grpc-web") {
		end := 5 + int(binary.BigEndian.Uint32(body[1:]))
		if body[0] == 0x80 {
			out.trailers = string(body[5:end])
		} else {
			var m wrapperspb.BytesValue
			if err := proto.Unmarshal(body[5:end], &m); err != nil {
				t.Fatal(err)
			}
			out.message = string(m.Value)
		}
		body = body[end:]
	}
	return out
}

func TestPagesCallByGRPCWeb(t *testing.T) {
	r := (&echo{}).run(t, server.Options{}, nil)
	binaryBody := webMessage("hello")
	text := []byte(base64.StdEncoding.EncodeToString(binaryBody))
	pieces := []byte(base64.StdEncoding.EncodeToString(binaryBody[:5]) + base64.StdEncoding.EncodeToString(binaryBody[5:]))
	for name, c := range map[string]struct {
		body       []byte
		sent, want string
		accept     string
	}{
		"binary":                {binaryBody, "application/grpc-web", "application/grpc-web+proto", ""},
		"binary with a suffix":  {binaryBody, "application/grpc-web+proto", "application/grpc-web+proto", "*/*"},
		"text":                  {text, "application/grpc-web-text", "application/grpc-web-text+proto", "application/grpc-web-text"},
		"text in pieces":        {pieces, "application/grpc-web-text+proto; charset=utf-8", "application/grpc-web-text+proto", ""},
		"text, answered binary": {text, "application/grpc-web-text", "application/grpc-web+proto", "application/grpc-web+proto"},
	} {
		got := r.web(t, c.body, "Content-Type: "+c.sent, "Accept: "+c.accept, "X-Grpc-Web: 1")
		if got.StatusCode != 200 || got.message != "hello" || got.trailers != "grpc-status: 0\r\n" || got.Header.Get("Content-Type") != c.want {
			t.Errorf("%s: %d %v %q %q", name, got.StatusCode, got.Header, got.message, got.trailers)
		}
	}
}

func TestGRPCWebOverHTTP2(t *testing.T) {
	r, trust := (&echo{}).secured(t, server.Options{})
	transport := &http.Transport{TLSClientConfig: trust, ForceAttemptHTTP2: true}
	defer transport.CloseIdleConnections()
	client := http.Client{Transport: transport}
	answer, err := client.Post("https://"+r.addr+sayMethod, "application/grpc-web+proto", strings.NewReader(string(webMessage("hello"))))
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	if got := unpack(t, answer, body); got.message != "hello" || answer.ProtoMajor != 2 {
		t.Errorf("%s %q", answer.Proto, got.message)
	}
}

func TestFailuresOverGRPCWebStandInTheHeaders(t *testing.T) {
	e := &echo{hook: func(_ context.Context, in []byte) ([]byte, error) {
		switch string(in) {
		case "panic":
			panic("the disk is on fire")
		case "broken":
			return nil, errBroken
		}
		return nil, pedigree.Errorf(pedigree.AlreadyExists, "100%% of Zoë\nexist")
	}}
	r := e.run(t, server.Options{Limits: server.Limits{MessageSize: 1000}}, nil)
	for name, c := range map[string]struct {
		body    []byte
		status  string
		message string
		headers []string
	}{
		"an error":            {webMessage("x"), "6", "100%25 of Zo%C3%AB%0Aexist", nil},
		"a panic":             {webMessage("panic"), "13", "internal error", nil},
		"a broken disk":       {webMessage("broken"), "13", "internal error", nil},
		"no frame":            {[]byte("abc"), "3", "", nil},
		"no body":             {nil, "3", "", nil},
		"a cut frame":         {webMessage("x")[:6], "3", "", nil},
		"two messages":        {slices.Concat(webMessage("x"), webMessage("x")), "3", "", nil},
		"another type":        {webFrame(0, []byte("\x0a\xff")), "3", "", nil},
		"trailers alone":      {webFrame(0x80, nil), "3", "", nil},
		"a compressed frame":  {webFrame(1, []byte("x")), "12", "", nil},
		"a large message":     {webMessage(strings.Repeat("x", 1001)), "8", "", nil},
		"a very large body":   {webMessage(strings.Repeat("x", 9000)), "8", "", nil},
		"a malformed timeout": {webMessage("x"), "3", "", []string{"Grpc-Timeout: soon"}},
	} {
		got := r.web(t, c.body, append([]string{"Content-Type: application/grpc-web+proto"}, c.headers...)...)
		if got.StatusCode != 200 || got.Header.Get("Grpc-Status") != c.status || got.message != "" || got.trailers != "" || got.ContentLength != 0 {
			t.Errorf("%s: %d %v", name, got.StatusCode, got.Header)
		}
		if m := got.Header.Get("Grpc-Message"); !strings.Contains(m, c.message) || strings.Contains(m, "disk") {
			t.Errorf("%s: message %q", name, m)
		}
	}
	if got := r.web(t, []byte("&&&&"), "Content-Type: application/grpc-web-text"); got.Header.Get("Grpc-Status") != "3" {
		t.Errorf("no base64: %v", got.Header)
	}
	for _, kind := range []string{"application/json", "text/plain", "application/grpc", "application/grpc-webx", "application/grpc-web+json"} {
		if got := r.web(t, webMessage("x"), "Content-Type: "+kind); got.StatusCode != 415 {
			t.Errorf("%s: %d", kind, got.StatusCode)
		}
	}
}

func TestUnknownCallsOverGRPCWeb(t *testing.T) {
	h := serveEcho(server.Options{})
	for _, path := range []string{"/test.Echo/None", "/test.Echo/Hidden", "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo"} {
		w := send(t, h, "POST "+path+" HTTP/1.1\nHost: "+ourHost+"\nContent-Type: application/grpc-web\nContent-Length: 0")
		if w.Header().Get("Grpc-Status") != "12" {
			t.Errorf("%s: %d %v", path, w.Code, w.Header())
		}
		wantStatus(t, send(t, h, "POST "+path+" HTTP/1.1\nHost: "+ourHost+"\nContent-Length: 0"), 404)
	}
	wantStatus(t, send(t, h, "GET "+sayMethod+" HTTP/1.1\nHost: "+ourHost), 405)
}

func serveEcho(o server.Options) http.Handler {
	return (&fake{}).serve(withWire(o, (&echo{}).wire())).Handler(ourHost)
}

func withWire(o server.Options, w route.Wire) server.Options {
	o.Wires = append(o.Wires, w)
	return o
}

func TestOnlyPagesOfTrustedOriginsMayCall(t *testing.T) {
	h := serveEcho(server.Options{Origins: []string{"https://ui.example"}})
	call := func(headers ...string) http.Header {
		t.Helper()
		body := string(webMessage("x"))
		head := append([]string{
			"POST " + sayMethod + " HTTP/1.1", "Host: " + ourHost, "Content-Type: application/grpc-web+proto", "Content-Length: " + itoa(len(body)),
		}, headers...)
		w := send(t, h, strings.Join(head, "\n")+"\n\n"+body)
		return w.Header()
	}
	for name, c := range map[string]struct {
		headers []string
		status  string // none where all is well
		shared  string
	}{
		"a client that is no browser": {nil, "", ""},
		"a page of ours":              {[]string{"Origin: http://" + ourHost, "Sec-Fetch-Site: same-origin"}, "", ""},
		"a page of a trusted site":    {[]string{"Origin: https://ui.example", "Sec-Fetch-Site: cross-site"}, "", "https://ui.example"},
		"a page of another site":      {[]string{"Origin: https://evil.example", "Sec-Fetch-Site: cross-site"}, "7", ""},
		"a page of nowhere":           {[]string{"Origin: null"}, "7", ""},
	} {
		got := call(c.headers...)
		if got.Get("Grpc-Status") != c.status || got.Get("Access-Control-Allow-Origin") != c.shared {
			t.Errorf("%s: %v", name, got)
		}
		if exposed := got.Get("Access-Control-Expose-Headers"); (c.shared != "") != strings.Contains(exposed, "grpc-status, grpc-message") {
			t.Errorf("%s: exposes %q", name, exposed)
		}
	}
	for origin, status := range map[string]int{"https://ui.example": 204, "https://evil.example": 405, "http://" + ourHost: 405} {
		w := send(t, h, "OPTIONS "+sayMethod+" HTTP/1.1\nHost: "+ourHost+"\nOrigin: "+origin+
			"\nAccess-Control-Request-Method: POST\nAccess-Control-Request-Headers: content-type,x-grpc-web")
		wantStatus(t, w, status)
		if allowed := w.Header().Get("Access-Control-Allow-Headers"); (status == 204) != strings.Contains(allowed, "x-grpc-web") {
			t.Errorf("%s may send %q", origin, allowed)
		}
	}
	w := send(t, h, "OPTIONS "+things+"/create HTTP/1.1\nHost: "+ourHost+"\nOrigin: https://ui.example\nAccess-Control-Request-Method: POST")
	wantStatus(t, w, 405)
	w = send(t, h, "OPTIONS "+sayMethod+" HTTP/1.1\nHost: evil.example\nOrigin: https://ui.example\nAccess-Control-Request-Method: POST")
	wantStatus(t, w, 403)
}

func TestOriginsMustBeOrigins(t *testing.T) {
	for origin, ok := range map[string]bool{
		"https://ui.example": true, "http://127.0.0.1:3000": true,
		"ui.example": false, "https://ui.example/": false, "*": false, "": false, "null": false,
	} {
		if err := server.CheckOrigin(origin); (err == nil) != ok {
			t.Errorf("%q: %v", origin, err)
		}
	}
	wantPanic(t, "an origin that is none", func() { server.New(server.Options{Origins: []string{"*"}}) })
}

func TestTheGuardsOfHTTPHoldForGRPCWeb(t *testing.T) {
	g := &guard{err: pedigree.Errorf(pedigree.Denied, "you may not")}
	h := serveEcho(server.Options{Policy: g})
	head := "POST " + sayMethod + " HTTP/1.1\nContent-Type: application/grpc-web\nContent-Length: 0\nHost: "
	if w := send(t, h, head+ourHost); w.Header().Get("Grpc-Status") != "7" || len(g.seen) != 1 {
		t.Errorf("%v, asked %d times", w.Header(), len(g.seen))
	}
	if w := send(t, h, head+"evil.example"); w.Header().Get("Grpc-Status") != "7" || len(g.seen) != 1 {
		t.Errorf("a foreign Host: %v", w.Header())
	}
}

func TestAHandlerSeesAPageLikeAClient(t *testing.T) {
	seen := make(chan metadata.MD, 1)
	e := &echo{hook: func(ctx context.Context, in []byte) ([]byte, error) {
		md, _ := metadata.FromIncomingContext(ctx)
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		seen <- md
		if deadline, ok := ctx.Deadline(); !ok || time.Until(deadline) > 5*time.Second {
			return nil, pedigree.Errorf(pedigree.BadState, "deadline %v", deadline)
		}
		if err := grpc.SetTrailer(ctx, metadata.Pairs("x-end", "1")); err != nil {
			return nil, err
		}
		return in, grpc.SendHeader(ctx, metadata.Pairs("x-begin", "1"))
	}}
	r := e.run(t, server.Options{}, nil)
	got := r.web(t, webMessage("x"), "Content-Type: application/grpc-web", "Grpc-Timeout: 5S", "X-Mine: 7", "X-Request-Id: mine-9")
	if got.message != "x" || got.Header.Get("X-Begin") != "1" || !strings.Contains(got.trailers, "x-end: 1\r\n") || got.Header.Get("X-Request-Id") != "mine-9" {
		t.Errorf("%v %q", got.Header, got.trailers)
	}
	if md := <-seen; !slices.Equal(md.Get("x-mine"), []string{"7"}) || !slices.Equal(md.Get(":authority"), []string{r.addr}) {
		t.Errorf("metadata %v", md)
	}
	if got := r.web(t, webMessage("x"), "Content-Type: application/grpc-web", "Grpc-Timeout: 1n"); got.Header.Get("Grpc-Status") != "4" {
		t.Errorf("a deadline that has passed: %v", got.Header)
	}
}
