package mlmd

import (
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/descriptorpb"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/mlmd/mlmdpb"
)

// bases are the simple types of one kind by number. The protocol itself says
// which name each number stands for.
type bases struct {
	names   map[int32]string
	numbers map[string]int32
}

var (
	artifactBases  = readBases(mlmdpb.ArtifactType_UNSET.Descriptor())
	executionBases = readBases(mlmdpb.ExecutionType_UNSET.Descriptor())
	contextBases   = readBases(mlmdpb.ContextType_UNSET.Descriptor())
)

func readBases(enum protoreflect.EnumDescriptor) bases {
	b := bases{map[int32]string{}, map[string]int32{}}
	for i := range enum.Values().Len() {
		value := enum.Values().Get(i)
		if value.Number() == 0 {
			continue
		}
		extension := proto.GetExtension(value.Options().(*descriptorpb.EnumValueOptions), mlmdpb.E_SystemTypeExtension)
		name := extension.(*mlmdpb.SystemTypeExtension).GetTypeName()
		b.names[int32(value.Number())], b.numbers[name] = name, int32(value.Number())
	}
	return b
}

func (b *bases) number(name string) (int32, bool) {
	n, ok := b.numbers[name]
	return n, ok
}

// name gives the simple type that a number stands for. Zero would take a base
// away, which ML Metadata does not do.
func (b *bases) name(number int32) (string, error) {
	if name, ok := b.names[number]; ok {
		return name, nil
	}
	return "", pedigree.Errorf(pedigree.Unimplemented, "base_type deletion is not supported yet")
}
