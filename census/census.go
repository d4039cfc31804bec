// Package census counts what a catalog holds, and tells of what was done to it as a
// whole.
package census

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/schema"
	"github.com/pedigree-ml/pedigree/store"
)

// A Service counts in one store.
type Service struct {
	store store.Store
	types *schema.Service
}

// New returns a service on s.
func New(s store.Store, types *schema.Service) *Service { return &Service{store: s, types: types} }

// Counts say how much of what there is.
type Counts struct {
	Time     pedigree.Time
	Types    int64 // defined ones of all categories but classifications
	Tags     int64 // defined classifications
	Unused   int64 // entity types without entities
	Entities int64

	Active, Deleted         map[string]int64 // entities by type
	ActiveBelow, BelowInBin map[string]int64 // the same with those of types that descend from it
	Tagged                  map[string]int64 // classified entities by class
}

// Count counts what there is now.
func (s *Service) Count(ctx context.Context, workspace pedigree.NodeID) (c *Counts, err error) {
	err = s.store.View(ctx, func(r store.Reader) error {
		types, err := s.types.Types(r)
		if err != nil {
			return err
		}
		c = &Counts{
			Time: pedigree.SystemClock(), Active: map[string]int64{}, Deleted: map[string]int64{},
			ActiveBelow: map[string]int64{}, BelowInBin: map[string]int64{},
		}
		used, err := r.TypesUsed(workspace)
		if err != nil {
			return err
		}
		for _, u := range used {
			t := types.OfNode(u.Type)
			if t == nil {
				continue
			}
			c.add(c.Active, c.ActiveBelow, t, u.Live)
			c.add(c.Deleted, c.BelowInBin, t, u.Binned)
			c.Entities += u.Live + u.Binned
		}
		c.countTypes(types)
		c.Tagged, err = r.ClassificationCounts(workspace)
		return err
	})
	return c, err
}

// add counts entities of a type, and of those that it descends from.
func (c *Counts) add(own, below map[string]int64, t *schema.EntityType, n int64) {
	if n == 0 {
		return
	}
	own[t.Name()] += n
	below[t.Name()] += n
	for _, super := range t.Ancestors() {
		below[super] += n
	}
}

func (c *Counts) countTypes(types *schema.Types) {
	for _, category := range []schema.Category{
		schema.EnumCategory, schema.StructCategory, schema.EntityCategory, schema.RelationshipCategory, schema.BusinessCategory,
	} {
		c.Types += int64(len(types.Names(category)))
	}
	c.Tags = int64(len(types.Classifications()))
	for _, t := range types.Entities() {
		if c.Active[t.Name()]+c.Deleted[t.Name()] == 0 {
			c.Unused++
		}
	}
}

// Bounds on the counts that are kept.
const (
	every   = time.Hour
	maxKept = 7 * 24
)

// The memos of this package.
const (
	countsPart    = "atlas.census"   // counts of every hour, by their moment
	recoveredPart = "atlas.recovery" // see [Service.Recover]
)

// Run counts every hour, until ctx ends.
func (s *Service) Run(ctx context.Context, workspace pedigree.NodeID, log *slog.Logger) {
	tick := time.NewTicker(every)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		c, err := s.Count(ctx, workspace)
		if err == nil {
			err = s.keep(ctx, c)
		}
		if err != nil && ctx.Err() == nil {
			log.Error("the catalog could not be counted", "error", err)
		}
	}
}

// keep remembers counts, and forgets the oldest where there are too many.
func (s *Service) keep(ctx context.Context, c *Counts) error {
	text, err := json.Marshal(c)
	if err != nil {
		return err
	}
	return s.store.Update(ctx, func(tx store.Tx) error {
		if err := tx.PutMemo(&store.Memo{Part: countsPart, Key: strconv.FormatInt(int64(c.Time), 10), Content: text}); err != nil {
			return err
		}
		all, err := tx.Memos(countsPart, 0)
		if err != nil {
			return err
		}
		for _, m := range all[:max(0, len(all)-maxKept)] {
			if _, err := tx.DeleteMemo(countsPart, m.Key); err != nil {
				return err
			}
		}
		return nil
	})
}

// Kept gives the counts of every hour between two moments, oldest first.
func (s *Service) Kept(ctx context.Context, from, to pedigree.Time) (kept []*Counts, err error) {
	err = s.store.View(ctx, func(r store.Reader) error {
		kept = nil
		all, err := r.Memos(countsPart, 0)
		for _, m := range all {
			var c Counts
			if err := json.Unmarshal(m.Content, &c); err != nil {
				return pedigree.Hide(pedigree.Internal, err, "what was counted is no JSON")
			}
			if c.Time >= from && c.Time <= to {
				kept = append(kept, &c)
			}
		}
		return err
	})
	return kept, err
}

// Recover notes from when on somebody wanted indexes to be made anew.
func (s *Service) Recover(ctx context.Context, from string) error {
	return s.store.Update(ctx, func(tx store.Tx) error {
		return tx.PutMemo(&store.Memo{Part: recoveredPart, Content: []byte(from)})
	})
}

// Recovered gives what was noted last; empty for nothing.
func (s *Service) Recovered(ctx context.Context) (from string, err error) {
	err = s.store.View(ctx, func(r store.Reader) error {
		m, err := r.Memo(recoveredPart, "")
		if pedigree.CodeOf(err) == pedigree.NotFound {
			from = ""
			return nil
		}
		if err == nil {
			from = string(m.Content)
		}
		return err
	})
	return from, err
}

// changes are what the history of the workspace says of the catalog as a whole, and
// as what.
var changes = map[string]string{
	"atlas.PURGE": "PURGE", "atlas.EXPORT": "EXPORT", "atlas.IMPORT": "IMPORT",
	schema.CreatedChange: "TYPE_DEF_CREATE", schema.UpdatedChange: "TYPE_DEF_UPDATE", schema.DeletedChange: "TYPE_DEF_DELETE",
}

// A Deed is something that was done to the catalog as a whole.
type Deed struct {
	ID        int64
	User      string
	Operation string // PURGE, EXPORT, IMPORT, or what was done to definitions
	Time      pedigree.Time
	Origin    string // address that it came from
	Asked     string // JSON, as the history has it; of definitions their categories
	Done      string
}

// A DeedQuery asks for deeds.
type DeedQuery struct {
	Wants         func(*Deed) bool // nil for all
	SortBy        string           // startTime, endTime, userName or operation; startTime where it is empty
	Ascending     bool
	Limit, Offset int
}

// maxLooked bounds how many lines of the history are looked at.
const maxLooked = 20_000

// Deeds gives what was done to the catalog as a whole.
func (s *Service) Deeds(ctx context.Context, workspace pedigree.NodeID, q *DeedQuery) (all []*Deed, err error) {
	err = s.store.View(ctx, func(r store.Reader) error {
		all, err = deeds(r, workspace, q.Wants)
		return err
	})
	if err != nil {
		return nil, err
	}
	slices.SortStableFunc(all, func(a, b *Deed) int {
		order := cmp.Or(q.compare(a, b), cmp.Compare(a.ID, b.ID))
		if q.Ascending {
			return order
		}
		return -order
	})
	all = all[min(max(q.Offset, 0), len(all)):]
	return all[:min(max(q.Limit, 0), len(all))], nil
}

func (q *DeedQuery) compare(a, b *Deed) int {
	switch q.SortBy {
	case "userName":
		return strings.Compare(a.User, b.User)
	case "operation":
		return strings.Compare(a.Operation, b.Operation)
	}
	return cmp.Compare(a.Time, b.Time)
}

func deeds(r store.Reader, workspace pedigree.NodeID, wants func(*Deed) bool) (all []*Deed, err error) {
	ask := &store.ChangeQuery{Workspace: workspace, Node: workspace, Limit: 500}
	for looked := 0; looked < maxLooked; looked += ask.Limit {
		lines, err := r.ChangesBefore(ask)
		if err != nil {
			return nil, err
		}
		for i := range lines {
			if d := deedOf(&lines[i]); d != nil && (wants == nil || wants(d)) {
				all = append(all, d)
			}
		}
		if len(lines) < ask.Limit {
			break
		}
		ask.Before = lines[len(lines)-1].ID
	}
	return all, nil
}

// deedOf reads a line of the history, nil for what is no deed.
func deedOf(c *pedigree.Change) *Deed {
	operation, ok := changes[c.What]
	if !ok {
		return nil
	}
	origin := c.Origin[strings.LastIndexByte(c.Origin, ' ')+1:]
	return &Deed{ID: c.ID, User: cmp.Or(c.Actor, "admin"), Operation: operation, Time: c.Time, Origin: origin, Asked: c.Before, Done: c.After}
}

// Deed finds one, nil where there is none of the number.
func (s *Service) Deed(ctx context.Context, workspace pedigree.NodeID, id int64) (d *Deed, err error) {
	err = s.store.View(ctx, func(r store.Reader) error {
		lines, err := r.ChangesBefore(&store.ChangeQuery{Workspace: workspace, Node: workspace, Before: id + 1, After: id - 1, Limit: 1})
		if err == nil && len(lines) == 1 {
			d = deedOf(&lines[0])
		}
		return err
	})
	return d, err
}

// Purged gives what the history says of entities that a deed removed, by guid. The
// lines of a purge stand right before its own.
func (s *Service) Purged(ctx context.Context, workspace pedigree.NodeID, d *Deed, guids []string) (said map[string]string, err error) {
	said = make(map[string]string)
	err = s.store.View(ctx, func(r store.Reader) error {
		ask := &store.ChangeQuery{Workspace: workspace, What: "atlas.ENTITY_PURGE", Before: d.ID, Limit: 1000}
		for range maxLooked / 1000 {
			lines, err := r.ChangesBefore(ask)
			if err != nil {
				return err
			}
			for i := range lines {
				if slices.Contains(guids, lines[i].Before) && lines[i].Time == d.Time {
					said[lines[i].Before] = lines[i].After
				}
			}
			if len(lines) < ask.Limit || len(said) == len(guids) || lines[len(lines)-1].Time < d.Time {
				return nil
			}
			ask.Before = lines[len(lines)-1].ID
		}
		return nil
	})
	return said, err
}

// GUID names a deed.
func (d *Deed) GUID() string { return fmt.Sprintf("%s%012x", deedPrefix, d.ID) }

// deedPrefix begins the names of deeds, which look like those of entities.
const deedPrefix = "a0d17000-0000-4000-8000-"

// ParseGUID gives the number of the deed that a guid names.
func ParseGUID(guid string) (id int64, ok bool) {
	rest, ok := strings.CutPrefix(guid, deedPrefix)
	if !ok || len(rest) != 12 {
		return 0, false
	}
	id, err := strconv.ParseInt(rest, 16, 64)
	return id, err == nil
}
