package server

import (
	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/pedigree-ml/pedigree"
)

// maxElements bounds what a message holds: the messages in it and the members of
// its lists. Two bytes can stand for one, and become hundreds in memory, so the
// size of a message alone does not bound what reading it takes.
const maxElements = 1_000_000

var errTooManyElements = pedigree.Errorf(pedigree.TooLarge, "the message has more than %d parts; send it as several", maxElements)

// maxDepth is how deep messages may lie in each other; the decoder refuses what
// lies deeper.
const maxDepth = protowire.DefaultRecursionLimit

// readMessage reads a message that is not too much. It looks for that only where
// the message is large enough to be.
func readMessage(data []byte, into proto.Message) error {
	if len(data) > 2*maxElements && countElements(data, into.ProtoReflect().Descriptor(), maxElements, maxDepth) > maxElements {
		return errTooManyElements
	}
	return proto.Unmarshal(data, into)
}

// countElements counts the elements of an encoded message until there are more
// than most. What is no such message it leaves to the decoder.
func countElements(data []byte, d protoreflect.MessageDescriptor, most, depth int) (n int) {
	for len(data) > 0 && n <= most && depth > 0 {
		number, wire, head := protowire.ConsumeTag(data)
		if head < 0 {
			return n
		}
		length := protowire.ConsumeFieldValue(number, wire, data[head:])
		if length < 0 {
			return n
		}
		value := data[head : head+length]
		data = data[head+length:]
		f := d.Fields().ByNumber(number)
		if f == nil {
			continue
		}
		if wire == protowire.BytesType {
			value, _ = protowire.ConsumeBytes(value)
		}
		switch {
		case wire == protowire.BytesType && f.Kind() == protoreflect.MessageKind:
			n += 1 + countElements(value, f.Message(), most-n, depth-1)
		case wire == protowire.BytesType && f.IsList() && f.Kind() != protoreflect.StringKind && f.Kind() != protoreflect.BytesKind:
			n += countPacked(value, f.Kind())
		case f.IsList():
			n++
		}
	}
	return n
}

// countPacked counts the members of a list of numbers in one.
func countPacked(value []byte, kind protoreflect.Kind) (n int) {
	switch kind {
	case protoreflect.Fixed32Kind, protoreflect.Sfixed32Kind, protoreflect.FloatKind:
		return len(value) / 4
	case protoreflect.Fixed64Kind, protoreflect.Sfixed64Kind, protoreflect.DoubleKind:
		return len(value) / 8
	}
	for _, b := range value {
		if b < 0x80 { // the last byte of a number
			n++
		}
	}
	return n
}
