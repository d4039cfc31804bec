package server

import (
	"testing"

	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/descriptorpb"
	"google.golang.org/protobuf/types/known/structpb"

	"github.com/pedigree-ml/pedigree"
)

// elementsIn counts what a message holds once it is read.
func elementsIn(m protoreflect.Message) (n int) {
	m.Range(func(f protoreflect.FieldDescriptor, v protoreflect.Value) bool {
		switch {
		case f.IsMap():
			v.Map().Range(func(_ protoreflect.MapKey, v protoreflect.Value) bool {
				if n++; f.MapValue().Message() != nil {
					n += 1 + elementsIn(v.Message())
				}
				return true
			})
		case f.IsList():
			for i := range v.List().Len() {
				if n++; f.Message() != nil {
					n += elementsIn(v.List().Get(i).Message())
				}
			}
		case f.Message() != nil:
			n += 1 + elementsIn(v.Message())
		}
		return true
	})
	return n
}

func count(t testing.TB, m proto.Message, most int) int {
	t.Helper()
	data, err := proto.Marshal(m)
	if err != nil {
		t.Fatal(err)
	}
	return countElements(data, m.ProtoReflect().Descriptor(), most, maxDepth)
}

// example has lists of each sort: messages, texts, and numbers packed and not.
func example() *descriptorpb.FileDescriptorProto {
	return &descriptorpb.FileDescriptorProto{
		Name: proto.String("f"), Dependency: []string{"a", "", "b"}, PublicDependency: []int32{0, -1, 1 << 20},
		MessageType:    []*descriptorpb.DescriptorProto{{Name: proto.String("M"), ReservedName: []string{"x"}}, {}},
		SourceCodeInfo: &descriptorpb.SourceCodeInfo{Location: []*descriptorpb.SourceCodeInfo_Location{{Path: []int32{1, 300, -7}}}},
	}
}

func TestElementsAreCountedBeforeAMessageIsRead(t *testing.T) {
	m := example()
	if got, want := count(t, m, 1000), elementsIn(m.ProtoReflect()); got != want || want != 14 {
		t.Errorf("counted %d elements, there are %d", got, want)
	}
	s, err := structpb.NewStruct(map[string]any{"a": []any{1.0, "x", nil}, "b": map[string]any{"c": true}})
	if err != nil {
		t.Fatal(err)
	}
	if got, want := count(t, s, 1000), elementsIn(s.ProtoReflect()); got != want || want < 10 {
		t.Errorf("counted %d elements, there are %d", got, want)
	}
}

func TestAMessageOfTooManyElementsIsNotRead(t *testing.T) {
	few := make([]byte, 0, 2*maxElements+8)
	for len(few) < 2*maxElements {
		few = protowire.AppendTag(few, 3, protowire.BytesType) // dependency, empty
		few = protowire.AppendVarint(few, 0)
	}
	m := new(descriptorpb.FileDescriptorProto)
	if err := readMessage(few, m); err != nil || len(m.Dependency) != maxElements {
		t.Errorf("of as many as there may be %d are read: %v", len(m.Dependency), err)
	}
	m.Reset()
	many := append(few, few[:4]...)
	if err := readMessage(many, m); pedigree.CodeOf(err) != pedigree.TooLarge || len(m.Dependency) > 0 {
		t.Errorf("of too many %d are read: %v", len(m.Dependency), err)
	}
	if err := illegible(errTooManyElements); pedigree.CodeOf(err) != pedigree.TooLarge {
		t.Errorf("the client learns %v", err)
	}
}

func TestMessagesThatLieTooDeepAreLeftToTheDecoder(t *testing.T) {
	var deep []byte // a value that is a list of one value, and so on
	for range 500 {
		list := protowire.AppendBytes(protowire.AppendTag(nil, 1, protowire.BytesType), deep)
		deep = protowire.AppendBytes(protowire.AppendTag(nil, 6, protowire.BytesType), list)
	}
	value := new(structpb.Value).ProtoReflect().Descriptor()
	if n := countElements(deep, value, maxElements, maxDepth); n != 1000 {
		t.Errorf("of 1000 elements %d are counted", n)
	}
	if n := countElements(deep, value, maxElements, 100); n != 100 {
		t.Errorf("went %d deep", n)
	}
}

// FuzzCountElements holds that a message never holds more than was counted, but
// for the values that entries of a map leave out.
func FuzzCountElements(f *testing.F) {
	seed, err := proto.Marshal(example())
	if err != nil {
		f.Fatal(err)
	}
	f.Add(seed)
	f.Add([]byte("\x0a\x05\x0a\x01a\x12\x00"))
	f.Fuzz(func(t *testing.T, data []byte) {
		for _, m := range []proto.Message{new(descriptorpb.FileDescriptorProto), new(structpb.Struct)} {
			got := countElements(data, m.ProtoReflect().Descriptor(), len(data)+1, maxDepth)
			if proto.Unmarshal(data, m) != nil {
				continue
			}
			if n := elementsIn(m.ProtoReflect()); 2*got < n {
				t.Errorf("%x: counted %d elements, there are %d", data, got, n)
			}
			if most := got / 2; countElements(data, m.ProtoReflect().Descriptor(), most, maxDepth) < min(got, most) {
				t.Errorf("%x: counts too few of %d", data, got)
			}
		}
	})
}
