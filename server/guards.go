package server

import (
	"context"
	"net"
	"net/http"
	"time"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/route"
)

// An operation is one row of the table with all that its guards need.
type operation struct {
	server *Server
	wire   *route.Wire
	route  route.Route
	meter  *meter
}

// ServeHTTP takes a request that matches the operation through the guards and,
// if none refuses it, to the handler.
func (o *operation) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	x := w.(*exchange)
	x.meter, x.wire = o.meter, o.wire
	if err := o.check(x, r); err != nil {
		x.refuse(o.wire, err)
		return
	}
	r = r.WithContext(pedigree.WithActor(r.Context(), pedigree.Actor{Origin: o.origin(r)}))
	if o.route.Body == route.BytesBody {
		o.route.Handler(w, r)
		return
	}
	ctx, cancel := context.WithCancelCause(r.Context())
	defer cancel(nil)
	x.patience = time.AfterFunc(o.server.limits.AnswerTime, func() {
		x.late.Store(true)
		cancel(errSlowAnswer)
	})
	if o.route.Stream {
		defer o.stream(cancel)()
	}
	o.route.Handler(w, r.WithContext(ctx))
}

// origin says by which protocol and from which address a request came, for the
// history.
func (o *operation) origin(r *http.Request) string {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return o.wire.Name
	}
	return o.wire.Name + " " + host
}

// stream takes a request that goes on for ever out of those in flight, and has it
// end with the server. It gives what undoes that.
func (o *operation) stream(cancel context.CancelCauseFunc) (end func()) {
	s := o.server
	s.inFlight.Add(-1)
	stop := context.AfterFunc(s.streams, func() { cancel(errEnding) })
	return func() {
		stop()
		s.inFlight.Add(1) // which the exchange takes back
	}
}

var errSlowAnswer = pedigree.Errorf(pedigree.Unavailable, "the answer takes too long")

// check runs the guards in the order that package server promises.
func (o *operation) check(x *exchange, r *http.Request) error {
	public := o.route.Permission == route.Public
	if !public && x.crowd > o.server.limits.InFlight {
		return pedigree.Errorf(pedigree.Unavailable, "too many requests at once, try again later")
	}
	if err := checkHeaders(r, &o.server.limits); err != nil {
		return err
	}
	limit := o.bodyLimit()
	if err := checkDeclaredSize(r, limit); err != nil {
		return err
	}
	if !public {
		if err := x.gate.hosts.check(r); err != nil {
			return err
		}
	}
	if err := o.server.origins.check(r); err != nil {
		return err
	}
	if err := o.server.policy.Authorize(r, o.route.Permission); err != nil {
		return err
	}
	return x.admitBody(r, o.route.Body, limit, o.route.Gzip)
}

// bodyLimit gives the most bytes a body may have, negative for any number.
func (o *operation) bodyLimit() int64 {
	if o.route.MaxBody == 0 {
		return o.server.limits.JSONBytes
	}
	return o.route.MaxBody
}

// checkSender runs the guards that concern the sender rather than the
// operation.
func (x *exchange) checkSender(r *http.Request) error {
	if err := checkHeaders(r, &x.gate.server.limits); err != nil {
		return err
	}
	if err := x.gate.hosts.check(r); err != nil {
		return err
	}
	return x.gate.server.origins.check(r)
}
