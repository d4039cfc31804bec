package notice

import (
	"context"
	"encoding/json"
	"log/slog"
	"net"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/store"
)

// Topic is where consumers look for what happens to entities.
const Topic = "ATLAS_ENTITIES"

// follower is the name under which the store keeps how far a broker was told.
const follower = "atlas.broker"

// Bounds on how a broker is told.
const (
	delivery = 30 * time.Second // until a message that was not taken is sent anew
	tryAgain = 5 * time.Second  // after the broker or the store failed
)

// A Sender tells a broker of Kafka's protocol all that happens to entities, at
// least once and in order for each of them. Where it is lies in the store, so that
// it goes on after a stop of either side. The first time it starts with what
// happens from then on.
type Sender struct {
	service   *Service
	workspace pedigree.NodeID
	client    *kgo.Client
	log       *slog.Logger
	encode    func(any) ([]byte, error)
}

// A Dialer connects to a broker.
type Dialer func(ctx context.Context, network, target string) (net.Conn, error)

// NewSender returns a sender to the brokers at some addresses, of which not all
// need to answer. It connects when there is something to tell; where it begins is
// noted at once.
func (s *Service) NewSender(ctx context.Context, workspace pedigree.NodeID, brokers []string, dial Dialer, log *slog.Logger) (*Sender, error) {
	client, err := kgo.NewClient(
		kgo.SeedBrokers(brokers...), kgo.Dialer(dial), kgo.ClientID("pedigree"), kgo.DefaultProduceTopic(Topic), kgo.AllowAutoTopicCreation(),
		kgo.RequiredAcks(kgo.AllISRAcks()), kgo.RecordDeliveryTimeout(delivery), kgo.ProducerBatchMaxBytes(1<<20),
	)
	if err != nil {
		return nil, err
	}
	sender := &Sender{service: s, workspace: workspace, client: client, log: log, encode: json.Marshal}
	if _, err := sender.position(ctx); err != nil {
		client.Close()
		return nil, err
	}
	return sender, nil
}

// Run tells until ctx ends.
func (s *Sender) Run(ctx context.Context) {
	defer s.client.Close()
	failed := false
	for ctx.Err() == nil {
		changed := s.service.store.Changed()
		more, err := s.advance(ctx)
		switch {
		case ctx.Err() != nil:
			return
		case err != nil:
			if !failed {
				s.log.Error("the broker is not told what happens; it will be, as soon as it can", "error", err)
			}
			failed = true
			store.Wait(ctx, nil, tryAgain)
			continue
		case failed:
			s.log.Info("the broker is told again what happens")
			failed = false
		}
		if !more {
			store.Wait(ctx, changed, idle)
		}
	}
}

// advance tells what comes next, notes it and reports whether there may be more.
func (s *Sender) advance(ctx context.Context) (more bool, err error) {
	at, err := s.position(ctx)
	if err != nil {
		return false, err
	}
	events, next, err := s.service.After(ctx, s.workspace, at)
	if err != nil || next == at {
		return false, err
	}
	records := make([]*kgo.Record, len(events))
	for i := range events {
		text, err := s.encode(Enclose(&events[i], pedigree.SystemClock()))
		if err != nil {
			return false, err
		}
		records[i] = &kgo.Record{Key: []byte(events[i].Entity.GUID), Value: text, Timestamp: time.UnixMilli(int64(events[i].EventTime))}
	}
	if len(records) > 0 {
		if err := s.client.ProduceSync(ctx, records...).FirstErr(); err != nil {
			return false, err
		}
	}
	return true, s.note(ctx, next)
}

// position gives how far the broker was told. One that was never told starts now.
func (s *Sender) position(ctx context.Context) (at int64, err error) {
	var noted int64
	err = s.service.store.View(ctx, func(r store.Reader) error {
		if noted, err = r.Position(follower); err != nil || noted > 0 {
			return err
		}
		at, err = newest(r, s.workspace)
		return err
	})
	if err != nil || noted > 0 {
		return noted - 1, err
	}
	return at, s.note(ctx, at)
}

// note keeps a place, as one more than it is: 0 is that of who has none.
func (s *Sender) note(ctx context.Context, at int64) error {
	return s.service.store.Update(ctx, func(tx store.Tx) error { return tx.SetPosition(follower, at+1) })
}
