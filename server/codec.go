package server

import (
	"google.golang.org/grpc/encoding"
	"google.golang.org/grpc/encoding/proto"
	"google.golang.org/grpc/mem"

	"github.com/pedigree-ml/pedigree"
)

// A codec is that of gRPC, which knows envelopes beside messages. When gRPC
// cannot read a message it tells the client of an internal error before anyone
// is asked; an envelope takes every message and says later whether it could be
// read.
type codec struct{ encoding.CodecV2 }

func newCodec() codec { return codec{encoding.GetCodecV2(proto.Name)} }

// An envelope is a message to be read.
type envelope struct {
	message any
	fault   error
}

// Unmarshal reads a message, in an envelope or not.
func (c codec) Unmarshal(data mem.BufferSlice, into any) error {
	e, ok := into.(*envelope)
	if !ok {
		return c.CodecV2.Unmarshal(data, into)
	}
	e.fault = c.CodecV2.Unmarshal(data, e.message)
	return nil
}

// legible makes a message that cannot be read the client's fault.
func legible(read func(any) error) func(any) error {
	return func(into any) error {
		e := &envelope{message: into}
		if err := read(e); err != nil {
			return err
		}
		if e.fault != nil {
			return illegible(e.fault)
		}
		return nil
	}
}

func illegible(cause error) error {
	return pedigree.Hide(pedigree.Invalid, cause, "the message is not of the type that the call takes")
}
