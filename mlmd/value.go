package mlmd

import (
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/anypb"
	"google.golang.org/protobuf/types/known/structpb"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/mlmd/mlmdpb"
)

// encodeValue gives a property's value its message.
func encodeValue(p *pedigree.Property) (*mlmdpb.Value, error) {
	switch p.Form {
	case pedigree.Int:
		return &mlmdpb.Value{Value: &mlmdpb.Value_IntValue{IntValue: p.Int}}, nil
	case pedigree.Bool:
		return &mlmdpb.Value{Value: &mlmdpb.Value_BoolValue{BoolValue: p.Int != 0}}, nil
	case pedigree.Double:
		return &mlmdpb.Value{Value: &mlmdpb.Value_DoubleValue{DoubleValue: p.Number}}, nil
	case pedigree.Struct:
		v := new(structpb.Struct)
		err := proto.Unmarshal([]byte(p.Value), v)
		return &mlmdpb.Value{Value: &mlmdpb.Value_StructValue{StructValue: v}}, err
	case pedigree.Proto:
		v := new(anypb.Any)
		err := proto.Unmarshal([]byte(p.Value), v)
		return &mlmdpb.Value{Value: &mlmdpb.Value_ProtoValue{ProtoValue: v}}, err
	}
	return &mlmdpb.Value{Value: &mlmdpb.Value_StringValue{StringValue: p.Value}}, nil
}

// decodeValue reads a value into p. A message without a value gives false.
func decodeValue(v *mlmdpb.Value, p *pedigree.Property) (bool, error) {
	switch v := v.GetValue().(type) {
	case *mlmdpb.Value_IntValue:
		p.Form, p.Int = pedigree.Int, v.IntValue
	case *mlmdpb.Value_BoolValue:
		p.Form = pedigree.Bool
		if v.BoolValue {
			p.Int = 1
		}
	case *mlmdpb.Value_DoubleValue:
		p.Form, p.Number = pedigree.Double, v.DoubleValue
	case *mlmdpb.Value_StringValue:
		p.Form, p.Value = pedigree.TextForm(v.StringValue), v.StringValue
	case *mlmdpb.Value_StructValue:
		return true, decodeMessage(p, pedigree.Struct, v.StructValue)
	case *mlmdpb.Value_ProtoValue:
		return true, decodeMessage(p, pedigree.Proto, v.ProtoValue)
	default:
		return false, nil
	}
	return true, nil
}

// decodeMessage keeps a message as bytes; equal messages give equal bytes.
func decodeMessage(p *pedigree.Property, form pedigree.Form, m proto.Message) error {
	b, err := proto.MarshalOptions{Deterministic: true}.Marshal(m)
	p.Form, p.Value = form, string(b)
	return err
}
