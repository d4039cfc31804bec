package server

import (
	"errors"

	"google.golang.org/grpc/encoding"
	"google.golang.org/grpc/encoding/proto"
	"google.golang.org/grpc/mem"
	protobuf "google.golang.org/protobuf/proto"

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
	message, ok := e.message.(protobuf.Message)
	if !ok || data.Len() <= 2*maxElements {
		e.fault = c.CodecV2.Unmarshal(data, e.message)
		return nil
	}
	whole := data.MaterializeToBuffer(mem.DefaultBufferPool())
	defer whole.Free()
	e.fault = readMessage(whole.ReadOnlyData(), message)
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

// illegible is the error of a message that was not read.
func illegible(cause error) error {
	if _, ours := errors.AsType[*pedigree.Error](cause); ours {
		return cause
	}
	return pedigree.Hide(pedigree.Invalid, cause, "the message is not of the type that the call takes")
}
