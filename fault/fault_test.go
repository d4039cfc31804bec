package fault_test

import (
	"errors"
	"fmt"
	"testing"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/fault"
)

func TestArgumentsTakeTheirPlaces(t *testing.T) {
	for want, e := range map[string]*fault.Error{
		"Type ENTITY with name nope does not exist":                 fault.New(fault.TypeNameInvalid, "ENTITY", "nope"),
		"a {1} b : can not add mandatory attribute":                 fault.New(fault.BadRequest, "a {1} b : can not add mandatory attribute"),
		"relationship r already exists between entities x and {1}":  fault.New(fault.RelationshipAlreadyExists, "r", "x", "{1}"),
		"Given type guid {0} was invalid":                           fault.New(fault.TypeGUIDNotFound),
		"guid 7 is not a valid UUID":                                fault.New(fault.InvalidGUID, 7),
		"t: invalid supertypes - circular reference back to self t": fault.New(fault.CircularReference, "t", "t"),
	} {
		if e.Error() != want {
			t.Errorf("%q, want %q", e, want)
		}
	}
}

func TestAFaultIsAnErrorOfTheVocabulary(t *testing.T) {
	cause := errors.New("cause")
	err := fmt.Errorf("around: %w", fault.Hide(cause, fault.TypeNameNotFound, "x"))
	e, ok := errors.AsType[*pedigree.Error](err)
	if !ok || e.Code != pedigree.NotFound || e.Message != "Given typename x was invalid" {
		t.Errorf("found as %+v", e)
	}
	if pedigree.CodeOf(err) != pedigree.NotFound || !errors.Is(err, cause) {
		t.Errorf("code %v of %v", pedigree.CodeOf(err), err)
	}
}

func TestIsKnowsTheReason(t *testing.T) {
	err := fmt.Errorf("around: %w", fault.New(fault.TypeHasReferences, "x"))
	if !fault.Is(err, fault.TypeAlreadyExists, fault.TypeHasReferences) || fault.Is(err, fault.TypeAlreadyExists) || fault.Is(errCause, fault.TypeHasReferences) {
		t.Error("taken for another reason")
	}
}

var errCause = errors.New("cause")
