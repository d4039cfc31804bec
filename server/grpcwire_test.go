package server_test

import (
	"bytes"
	"context"
	"crypto/tls"
	"encoding/binary"
	"io"
	"net/http"
	"os"
	"os/exec"
	"testing"
	"time"

	"github.com/pedigree-ml/pedigree/server"
)

const (
	prefaceText = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
	settings    = "\x00\x00\x00\x04\x00\x00\x00\x00\x00" // an empty frame of settings
)

// stillServes calls over gRPC and over HTTP.
func (r *running) stillServes(t *testing.T) {
	t.Helper()
	if _, err := say(t, r.client(t), []byte("x")); err != nil {
		t.Errorf("gRPC: %v", err)
	}
	if status, _ := ask(t, r.dial(t), r.request("GET /healthz")); status != 200 {
		t.Errorf("HTTP: status %d", status)
	}
}

func TestOneAddressSpeaksBoth(t *testing.T) {
	(&echo{}).run(t, server.Options{}, nil).stillServes(t)
}

func TestSilentConnectionsHoldUpNobody(t *testing.T) {
	r := (&echo{}).run(t, server.Options{Limits: server.Limits{HeaderTime: time.Second}}, nil)
	for _, said := range []string{"", "P", "PRI * HTTP/2.0\r\n"} {
		c := r.dial(t)
		if _, err := io.WriteString(c, said); err != nil {
			t.Fatal(err)
		}
		defer wantCut(t, c)
	}
	r.stillServes(t)
}

func TestThePrefaceMayComeByteByByte(t *testing.T) {
	r := (&echo{}).run(t, server.Options{}, nil)
	c := r.dial(t)
	for _, b := range []byte(prefaceText + settings) {
		if _, err := c.Write([]byte{b}); err != nil {
			t.Fatal(err)
		}
	}
	head := make([]byte, 9)
	if _, err := io.ReadFull(c, head); err != nil || head[3] != 4 {
		t.Errorf("answer %x, %v, want settings", head, err)
	}
}

func TestWhatOnlyLooksLikeThePrefaceIsHTTP(t *testing.T) {
	r := (&echo{}).run(t, server.Options{}, nil)
	for _, said := range []string{"PRI * HTTP/1.1\r\nHost: " + r.addr + "\r\n\r\n", "P\r\n\r\n", "PRI * HTTP/2.0\r\n\r\nXX\r\n\r\n"} {
		if status, _ := ask(t, r.dial(t), said); status < 400 {
			t.Errorf("%q: status %d", said, status)
		}
	}
	if status, _ := ask(t, r.dial(t), r.request("PUT /healthz")); status != 405 {
		t.Errorf("PUT: status %d", status)
	}
}

func TestGarbageAfterThePrefaceIsCut(t *testing.T) {
	r := (&echo{}).run(t, server.Options{Limits: server.Limits{HeaderTime: time.Second}}, nil)
	for _, said := range []string{
		prefaceText + "GET / HTTP/1.1\r\n\r\n",
		prefaceText + "\xff\xff\xff\xff\xff\xff\xff\xff\xff",
		prefaceText + "\x00\x00\x05\x06\x00\x00\x00\x00\x00",
		prefaceText, // and then silence
	} {
		c := r.dial(t)
		if _, err := io.WriteString(c, said); err != nil {
			t.Fatal(err)
		}
		wantCut(t, c)
	}
	r.stillServes(t)
}

func TestAClientThatHangsUpInAMessageHarmsNobody(t *testing.T) {
	e := &echo{}
	r := e.run(t, server.Options{}, nil)
	c := r.dial(t)
	// HEADERS of a call, its fields as literals without Huffman coding or index.
	var fields bytes.Buffer
	for _, f := range [][2]string{
		{":method", "POST"},
		{":scheme", "http"},
		{":path", sayMethod},
		{":authority", r.addr},
		{"content-type", "application/grpc"},
		{"te", "trailers"},
	} {
		fields.WriteByte(0)
		for _, text := range f {
			fields.WriteByte(byte(len(text)))
			fields.WriteString(text)
		}
	}
	said := prefaceText + settings + frameOf(1, 4, fields.String()) + frameOf(0, 0, "\x00\x00\x00\x03\xe8some of it")
	if _, err := io.WriteString(c, said); err != nil {
		t.Fatal(err)
	}
	c.Close()
	r.stillServes(t)
	if n := e.calls.Load(); n != 1 {
		t.Errorf("%d calls reached the handler, want that of the check alone", n)
	}
}

// frameOf makes a frame of HTTP/2 on stream 1.
func frameOf(kind, flags byte, payload string) string {
	head := binary.BigEndian.AppendUint32(nil, uint32(len(payload))<<8|uint32(kind))
	return string(head) + string(flags) + "\x00\x00\x00\x01" + payload
}

func TestConnectionsOfBothKindsCountTogether(t *testing.T) {
	r := (&echo{}).run(t, server.Options{Limits: server.Limits{Connections: 2}}, nil)
	c := r.client(t)
	if _, err := say(t, c, nil); err != nil {
		t.Fatal(err)
	}
	held := r.dial(t)
	if status, _ := ask(t, held, r.request("GET /healthz")); status != 200 {
		t.Fatalf("status %d", status)
	}
	wantCut(t, r.dial(t))
	held.Close()
	for deadline := time.Now().Add(10 * time.Second); ; {
		if r.answers() {
			return
		}
		if time.Now().After(deadline) {
			t.Fatal("no room was made")
		}
	}
}

func TestTLSSpeaksAll(t *testing.T) {
	e := &echo{}
	r, trust := e.secured(t, server.Options{})
	for _, proto := range []string{"HTTP/2.0", "HTTP/1.1"} {
		config := trust.Clone()
		transport := &http.Transport{TLSClientConfig: config, ForceAttemptHTTP2: proto == "HTTP/2.0"}
		defer transport.CloseIdleConnections()
		client := http.Client{Transport: transport}
		answer, err := client.Get("https://" + r.addr + "/healthz")
		if err != nil {
			t.Fatal(err)
		}
		answer.Body.Close()
		if answer.StatusCode != 200 || answer.Proto != proto {
			t.Errorf("%s: %s %d", proto, answer.Proto, answer.StatusCode)
		}
		request, _ := http.NewRequest("POST", "https://"+r.addr+sayMethod, nil)
		request.Header.Set("Content-Type", "application/grpc")
		request.Header.Set("Origin", "https://evil.example")
		answer, err = client.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		answer.Body.Close()
		if proto == "HTTP/2.0" && answer.Header.Get("Grpc-Status") != "7" || proto == "HTTP/1.1" && answer.StatusCode != 403 {
			t.Errorf("%s: a page of another site: %d %v", proto, answer.StatusCode, answer.Header)
		}
	}
	if status, _ := ask(t, r.dial(t), r.request("GET /healthz")); status != 400 {
		t.Errorf("without TLS: status %d", status)
	}
	old := trust.Clone()
	old.MaxVersion = tls.VersionTLS11
	if c, err := tls.Dial("tcp", r.addr, old); err == nil {
		c.Close()
		t.Error("TLS 1.1 is spoken")
	}
	if n := e.calls.Load(); n != 0 {
		t.Errorf("%d calls reached the handler", n)
	}
}

func TestAGRPCCallWithoutHTTP2IsRefused(t *testing.T) {
	r := (&echo{}).run(t, server.Options{}, nil)
	if status, _ := ask(t, r.dial(t), r.request("POST "+sayMethod, "Content-Type: application/grpc", "Content-Length: 5")+"\x00\x00\x00\x00\x00"); status != 415 {
		t.Errorf("status %d", status)
	}
}

func TestOperationsSpeakNoGRPC(t *testing.T) {
	s := server.New(server.Options{Wires: nil})
	w := send(t, s.Operations(ourHost), "OPTIONS "+sayMethod+" HTTP/1.1\nHost: "+ourHost)
	wantStatus(t, w, 404)
}

// pythonClient calls what it is pointed at with grpcio, another implementation
// than that of the server.
const pythonClient = `
import sys, grpc
target, ca = sys.argv[1:]
options = [("grpc.max_receive_message_length", -1)]
if ca:
    connected = grpc.secure_channel(target, grpc.ssl_channel_credentials(open(ca, "rb").read()), options)
else:
    connected = grpc.insecure_channel(target, options)
with connected as channel:
    message = b"\x0a\x05hello"
    large = b"\x0a\x80\x80\x80\x04" + bytes(8 << 20)
    for sent in message, large:
        assert channel.unary_unary("/test.Echo/Say")(sent, timeout=20) == sent
    for name in ("/test.Echo/Hidden", "/test.None/Say"):
        try:
            channel.unary_unary(name)(message, timeout=20)
        except grpc.RpcError as e:
            assert e.code() == grpc.StatusCode.UNIMPLEMENTED, e
        else:
            raise AssertionError(name)
print("ok")
`

// The interpreter is that of PEDIGREE_PYTHON, or python3 if it has grpcio.
func TestPythonsClientCalls(t *testing.T) {
	python := os.Getenv("PEDIGREE_PYTHON")
	if python == "" {
		python = "python3"
	}
	if err := exec.Command(python, "-c", "import grpc").Run(); err != nil {
		t.Skipf("NOT RUN: %s has no grpcio (%v); PEDIGREE_PYTHON names one that has", python, err)
	}
	certificate, key, _ := server.SelfSigned(t)
	config, err := server.TLSFiles(certificate, key, nil)
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		tls *tls.Config
		ca  string
	}{"plain": {nil, ""}, "TLS": {config, certificate}} {
		t.Run(name, func(t *testing.T) {
			r := (&echo{}).run(t, server.Options{}, c.tls)
			ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
			defer cancel()
			out, err := exec.CommandContext(ctx, python, "-c", pythonClient, r.addr, c.ca).CombinedOutput()
			if err != nil || !bytes.HasSuffix(bytes.TrimSpace(out), []byte("ok")) {
				t.Errorf("%v\n%s", err, out)
			}
		})
	}
}
