package storetest

import (
	"fmt"
	"reflect"
	"slices"
	"strconv"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/store"
)

// spans asks for events and contexts of nodes whose numbers lie close together,
// apart or both: an engine may read these in different ways.
func spans(e *env) {
	var nodes []pedigree.NodeID
	var events []pedigree.Event
	var members []pedigree.Membership
	e.update(func(tx store.Tx) error {
		nodes, events, members = nil, nil, nil
		context := pedigree.Node{
			Workspace: 1, Home: 1, Type: pedigree.ExperimentType, UID: "c", Name: "c",
			Started: pedigree.NoTime, Ended: pedigree.NoTime, Deleted: pedigree.NoTime,
		}
		if err := tx.CreateNode(&context); err != nil {
			return err
		}
		for i := range 200 {
			n := pedigree.Node{
				Workspace: 1, Home: 1, Type: pedigree.DatasetType, UID: strconv.Itoa(i),
				Started: pedigree.NoTime, Ended: pedigree.NoTime, Deleted: pedigree.NoTime,
			}
			run := n
			run.Type = pedigree.RunType
			if i%3 == 0 {
				run.Home = context.ID
			}
			if err := tx.CreateNode(&n); err != nil {
				return err
			}
			if err := tx.CreateNode(&run); err != nil {
				return err
			}
			event := pedigree.Event{Execution: run.ID, Artifact: n.ID, Direction: pedigree.Input, Time: pedigree.Time(i)}
			if _, err := tx.PutEvent(&event); err != nil {
				return err
			}
			if i%2 == 0 {
				if _, err := tx.AddMember(context.ID, run.ID); err != nil {
					return err
				}
			}
			if i%2 == 0 || i%3 == 0 {
				members = append(members, pedigree.Membership{Node: run.ID, Context: context.ID})
			}
			nodes, events = append(nodes, run.ID), append(events, event)
		}
		return nil
	})
	for name, chosen := range map[string]func(i int) bool{
		"all": func(int) bool { return true }, "every second": func(i int) bool { return i%2 == 1 }, "every tenth": func(i int) bool { return i%10 == 0 },
		"two groups and some": func(i int) bool { return i < 30 || i == 60 || i == 90 || i > 120 && i < 141 || i == 199 }, "none": func(int) bool { return false },
	} {
		err := e.View(e.Context(), func(r store.Reader) error { return sameSpans(r, chosen, nodes, events, members) })
		if err != nil {
			e.Errorf("%s: %v", name, err)
		}
	}
}

func sameSpans(r store.Reader, chosen func(i int) bool, nodes []pedigree.NodeID, events []pedigree.Event, members []pedigree.Membership) error {
	var ids []pedigree.NodeID
	var numbers []int64
	var wantEvents []pedigree.Event
	var wantMembers []pedigree.Membership
	for i := len(nodes) - 1; i >= 0; i-- { // in any order
		if !chosen(i) {
			continue
		}
		ids, numbers, wantEvents = append(ids, nodes[i]), append(numbers, events[i].ID), append(wantEvents, events[i])
		if at := slices.IndexFunc(members, func(m pedigree.Membership) bool { return m.Node == nodes[i] }); at >= 0 {
			wantMembers = append(wantMembers, members[at])
		}
	}
	slices.Reverse(wantEvents)
	slices.Reverse(wantMembers)
	got, err := r.EventsByID(append(numbers, 1<<40))
	if err != nil || len(got) != len(wantEvents) || len(got) > 0 && !reflect.DeepEqual(got, wantEvents) {
		return fmt.Errorf("events %v, want %v: %w", got, wantEvents, err)
	}
	found, err := r.Contexts(append(ids, 1<<40))
	if err != nil || len(found) != len(wantMembers) || len(found) > 0 && !reflect.DeepEqual(found, wantMembers) {
		return fmt.Errorf("memberships %v, want %v: %w", found, wantMembers, err)
	}
	return nil
}
