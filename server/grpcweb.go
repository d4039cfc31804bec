package server

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/peer"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/route"
)

// webWire offers every unary method to pages, as gRPC-Web: an ordinary POST, so
// that all guards of HTTP apply, whose body and answer are frames.
func (r *rpc) webWire() route.Wire {
	w := route.Wire{Name: "grpc-web", Fail: r.failWeb, NotFound: r.noSuchWebMethod}
	known := make(map[string]bool)
	for name, m := range r.methods {
		service := name[:strings.LastIndexByte(name, '/')+1]
		if !known[service] {
			known[service] = true
			w.Prefixes = append(w.Prefixes, service)
		}
		if m.unary == nil {
			continue
		}
		w.Routes = append(w.Routes, route.Route{
			Method: http.MethodPost, Pattern: name, Permission: m.permission,
			Body: route.BytesBody, MaxBody: webBytes(r.server.limits.MessageSize), Handler: m.web,
		})
	}
	return w
}

// webBytes is how long the body with a message of some size may be: a frame, in
// base64.
func webBytes(message int) int64 { return int64(message)/3*4 + 1<<10 }

// offersWeb reports whether a path is a call for pages.
func (g *gate) offersWeb(path string) bool {
	m := g.server.rpc.methods[path]
	return m != nil && m.unary != nil && g.table == g.server.main
}

// web answers a call of a page. The guards of HTTP have admitted it.
func (m *method) web(w http.ResponseWriter, r *http.Request) {
	x := w.(*exchange)
	form, ok := webFormOf(r)
	if !ok {
		x.refuse(nil, withStatus(http.StatusUnsupportedMediaType, "this path answers application/grpc-web and application/grpc-web-text"))
		return
	}
	side := &webStream{method: m.name}
	ctx, cancel, err := m.rpc.webContext(r, side, x.id[0])
	defer cancel()
	c := m.begin(ctx)
	var answer []byte
	if err == nil {
		answer, err = m.answerWeb(ctx, c, r.Body, form)
	} else {
		err = c.end(nil, err)
	}
	s, _ := status.FromError(err)
	m.rpc.server.origins.share(w.Header(), r)
	side.write(w.Header())
	form.write(w, answer, s, side.trailer)
}

// answerWeb does what grpc-go does around a method.
func (m *method) answerWeb(ctx context.Context, c *call, from io.Reader, form webForm) (packed []byte, err error) {
	defer func() { err = c.end(recover(), err) }()
	read := func(into any) error {
		message, err := form.read(from, m.rpc.server.limits.MessageSize)
		if err != nil {
			return err
		}
		if err := readMessage(message, into.(proto.Message)); err != nil {
			return illegible(err)
		}
		return nil
	}
	answer, err := m.answer(ctx, read)
	if err != nil {
		return nil, err
	}
	return proto.Marshal(answer.(proto.Message))
}

// webContext shows a request to a handler as gRPC would.
func (r *rpc) webContext(q *http.Request, side *webStream, id string) (context.Context, context.CancelFunc, error) {
	md := make(metadata.MD, len(q.Header)+2)
	for name, values := range q.Header {
		md[strings.ToLower(name)] = values
	}
	md[":authority"] = []string{q.Host}
	md["x-request-id"] = []string{id}
	ctx := metadata.NewIncomingContext(q.Context(), md)
	ctx = peer.NewContext(ctx, &peer.Peer{Addr: textAddr(q.RemoteAddr)})
	ctx = grpc.NewContextWithServerTransportStream(ctx, side)
	limit := r.server.limits.callTime()
	given, err := timeoutOf(q.Header.Get("Grpc-Timeout"))
	if given > 0 {
		limit = min(limit, given)
	}
	ctx, cancel := context.WithTimeout(ctx, limit)
	return ctx, cancel, err
}

// timeUnits are the units of the header grpc-timeout.
var timeUnits = map[byte]time.Duration{
	'H': time.Hour, 'M': time.Minute, 'S': time.Second, 'm': time.Millisecond, 'u': time.Microsecond, 'n': time.Nanosecond,
}

// timeoutOf reads at most eight digits and a unit; 0 is none.
func timeoutOf(text string) (time.Duration, error) {
	if text == "" {
		return 0, nil
	}
	last := len(text) - 1
	unit, known := timeUnits[text[last]]
	n, err := strconv.ParseUint(text[:last], 10, 32)
	if !known || err != nil || last > 8 {
		return 0, pedigree.Errorf(pedigree.Invalid, "the header grpc-timeout is malformed")
	}
	return max(time.Duration(n)*unit, 1), nil
}

// A webStream is where a handler leaves metadata for the client.
type webStream struct {
	method          string
	header, trailer metadata.MD
}

// Method gives the full name.
func (s *webStream) Method() string { return s.method }

// SetHeader adds to the headers of the answer.
func (s *webStream) SetHeader(md metadata.MD) error {
	s.header = metadata.Join(s.header, md)
	return nil
}

// SendHeader adds to the headers, which go out with the answer.
func (s *webStream) SendHeader(md metadata.MD) error { return s.SetHeader(md) }

// SetTrailer adds to what follows the answer.
func (s *webStream) SetTrailer(md metadata.MD) error {
	s.trailer = metadata.Join(s.trailer, md)
	return nil
}

func (s *webStream) write(h http.Header) {
	for key, values := range s.header {
		if key != "x-request-id" { // the exchange has set it
			h[http.CanonicalHeaderKey(key)] = values
		}
	}
}

// failWeb refuses a request, in gRPC's words to a client that speaks gRPC-Web.
func (r *rpc) failWeb(w http.ResponseWriter, q *http.Request, err error) {
	form, ok := webFormOf(q)
	if !ok {
		plainFail(w, q, err)
		return
	}
	route.Report(w, err)
	r.server.origins.share(w.Header(), q)
	form.write(w, nil, GRPCStatus(err, w.Header().Get("X-Request-Id")), nil)
}

func (r *rpc) noSuchWebMethod(w http.ResponseWriter, q *http.Request) {
	if _, ok := webFormOf(q); !ok {
		plainFail(w, q, pedigree.Errorf(pedigree.NotFound, "no such path"))
		return
	}
	r.failWeb(w, q, pedigree.Errorf(pedigree.Unimplemented, "this server has no call %s", cut(q.URL.Path, 256)))
}

// A webForm is how the frames of a call are written.
type webForm struct{ textIn, textOut bool } // in base64

const (
	webBinary = "application/grpc-web"
	webText   = "application/grpc-web-text"
)

// webFormOf reads what a client sends and wants, and reports whether that is
// gRPC-Web with messages of protobuf.
func webFormOf(r *http.Request) (form webForm, ok bool) {
	switch mediaType(r.Header.Get("Content-Type")) {
	case webBinary, webBinary + "+proto":
	case webText, webText + "+proto":
		form = webForm{textIn: true, textOut: true}
	default:
		return form, false
	}
	if accept := strings.ToLower(r.Header.Get("Accept")); strings.Contains(accept, webBinary) {
		form.textOut = strings.Contains(accept, webText)
	}
	return form, true
}

func mediaType(header string) string {
	media, _, _ := strings.Cut(header, ";")
	return strings.ToLower(strings.TrimSpace(media))
}

// The head of a frame: flags, and the length in four bytes.
const (
	frameHead    = 5
	flagPacked   = 0x01
	flagTrailers = 0x80
)

// read takes the one message of a call from its body.
func (f webForm) read(from io.Reader, limit int) ([]byte, error) {
	body, err := io.ReadAll(from)
	if err == nil && f.textIn {
		body, err = decodeText(body)
	}
	if err != nil {
		return nil, err
	}
	if len(body) < frameHead {
		return nil, pedigree.Errorf(pedigree.Invalid, "the body holds no frame")
	}
	length := int64(binary.BigEndian.Uint32(body[1:]))
	switch {
	case body[0]&flagPacked != 0:
		return nil, pedigree.Errorf(pedigree.Unimplemented, "compressed messages are not supported in gRPC-Web")
	case body[0]&flagTrailers != 0:
		return nil, pedigree.Errorf(pedigree.Invalid, "the body holds no message")
	case length > int64(limit):
		return nil, pedigree.Errorf(pedigree.TooLarge, "the message has %d bytes, more than %d", length, limit)
	case length != int64(len(body)-frameHead):
		return nil, pedigree.Errorf(pedigree.Invalid, "the length of the frame is not that of the body")
	}
	return body[frameHead:], nil
}

// decodeText decodes base64 in place. A client may send several pieces, each
// with its padding.
func decodeText(text []byte) ([]byte, error) {
	out := text[:0]
	for len(text) > 0 {
		piece := text
		if i := bytes.IndexByte(text, '='); i >= 0 {
			piece = text[:min(i/4*4+4, len(text))]
		}
		n, err := base64.StdEncoding.Decode(piece, piece)
		if err != nil {
			return nil, pedigree.Hide(pedigree.Invalid, err, "the body is not base64")
		}
		out = append(out, piece[:n]...)
		text = text[len(piece):]
	}
	return out, nil
}

// write answers. A status without an answer stands in the headers, with an
// answer in a frame behind it.
func (f webForm) write(w http.ResponseWriter, answer []byte, s *status.Status, trailer metadata.MD) {
	h := w.Header()
	media := webBinary
	if f.textOut {
		media = webText
	}
	h.Set("Content-Type", media+"+proto")
	var body []byte
	if s.Code() == codes.OK {
		body = f.frames(answer, trailer)
	} else {
		setStatus(h, s)
	}
	h.Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(http.StatusOK)
	_, _ = w.Write(body) // the client may be gone
}

func (f webForm) frames(answer []byte, trailer metadata.MD) []byte {
	var end strings.Builder
	end.WriteString("grpc-status: 0\r\n")
	for key, values := range trailer {
		for _, value := range values {
			fmt.Fprintf(&end, "%s: %s\r\n", key, oneLine.Replace(value))
		}
	}
	body := make([]byte, 0, 2*frameHead+len(answer)+end.Len())
	body = append(frame(body, 0, len(answer)), answer...)
	body = append(frame(body, flagTrailers, end.Len()), end.String()...)
	if !f.textOut {
		return body
	}
	return base64.StdEncoding.AppendEncode(nil, body)
}

var oneLine = strings.NewReplacer("\r", " ", "\n", " ")

func frame(b []byte, flags byte, length int) []byte {
	return binary.BigEndian.AppendUint32(append(b, flags), uint32(length))
}

// setStatus puts a status into headers.
func setStatus(h http.Header, s *status.Status) {
	h.Set("Grpc-Status", strconv.Itoa(int(s.Code())))
	h.Set("Grpc-Message", escapeMessage(s.Message()))
	if p := s.Proto(); len(p.GetDetails()) > 0 {
		if packed, err := proto.Marshal(p); err == nil {
			h.Set("Grpc-Status-Details-Bin", base64.RawStdEncoding.EncodeToString(packed))
		}
	}
}

// escapeMessage writes what is not printable ASCII, and the percent sign, as
// %XX.
func escapeMessage(text string) string {
	var b strings.Builder
	for _, c := range []byte(text) {
		if c >= ' ' && c <= '~' && c != '%' {
			b.WriteByte(c)
			continue
		}
		fmt.Fprintf(&b, "%%%02X", c)
	}
	return b.String()
}
