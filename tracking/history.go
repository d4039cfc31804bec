package tracking

import (
	"context"
	"encoding/base64"
	"encoding/binary"
	"math"
	"slices"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/store"
)

// MetricHistory gives the points of a run's metric by time, step and value, at
// most limit on a page; a limit below 1 means all. A run that does not exist
// has none.
func (s *Service) MetricHistory(ctx context.Context, ws pedigree.NodeID, run, key string, limit int, pageToken string) (Page[pedigree.Point], error) {
	var page Page[pedigree.Point]
	after, err := decodePoint(pageToken)
	if err != nil {
		return page, err
	}
	if limit < 1 || limit == math.MaxInt {
		limit = math.MaxInt32
	}
	err = s.store.View(ctx, func(r store.Reader) error {
		page = Page[pedigree.Point]{}
		n, err := r.Node(ws, pedigree.RunType, run)
		if err != nil {
			return orNothing(err)
		}
		page.Items, err = r.Points(n.ID, key, after, limit+1)
		if err == nil && len(page.Items) > limit {
			page.Items = page.Items[:limit]
			page.Next = encodePoint(page.Items[limit-1])
		}
		return err
	})
	return page, err
}

// orNothing turns NotFound into success: there is nothing to show.
func orNothing(err error) error {
	if pedigree.CodeOf(err) == pedigree.NotFound {
		return nil
	}
	return err
}

// encodePoint writes where a page of a series ended. The point itself marks
// the place, so points that arrive meanwhile move nothing.
func encodePoint(p pedigree.Point) string {
	b := make([]byte, 0, 24)
	b = binary.BigEndian.AppendUint64(b, uint64(p.Time))
	b = binary.BigEndian.AppendUint64(b, uint64(p.Step))
	b = binary.BigEndian.AppendUint64(b, math.Float64bits(p.Value))
	return base64.URLEncoding.EncodeToString(b)
}

func decodePoint(token string) (*pedigree.Point, error) {
	if token == "" {
		return nil, nil
	}
	b, err := base64.URLEncoding.DecodeString(token)
	if err != nil {
		return nil, invalid("Invalid page token, could not base64-decode")
	}
	if len(b) != 24 {
		return nil, invalid("Invalid page token, parsed value is not a token of this server")
	}
	return &pedigree.Point{
		Time:  pedigree.Time(binary.BigEndian.Uint64(b)),
		Step:  int64(binary.BigEndian.Uint64(b[8:])),
		Value: math.Float64frombits(binary.BigEndian.Uint64(b[16:])),
	}, nil
}

// MetricHistories gives the points of one metric in several runs, by run, time,
// step and value, at most limit in all. Unknown runs have none.
func (s *Service) MetricHistories(ctx context.Context, ws pedigree.NodeID, runs []string, key string, limit int) ([]RunPoint, error) {
	runs = slices.Compact(slices.Sorted(slices.Values(runs)))
	var found []RunPoint
	err := s.store.View(ctx, func(r store.Reader) error {
		found = nil
		for _, run := range runs {
			if len(found) >= limit {
				return nil
			}
			n, err := r.Node(ws, pedigree.RunType, run)
			if pedigree.CodeOf(err) == pedigree.NotFound {
				continue
			}
			if err != nil {
				return err
			}
			points, err := r.Points(n.ID, key, nil, limit-len(found))
			if err != nil {
				return err
			}
			found = appendRunPoints(found, run, points)
		}
		return nil
	})
	return found, err
}

func appendRunPoints(to []RunPoint, run string, points []pedigree.Point) []RunPoint {
	to = slices.Grow(to, len(points))
	for _, p := range points {
		to = append(to, RunPoint{Run: run, Point: p})
	}
	return to
}
