package stream

import (
	"context"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/store"
)

// Erase removes what a person (by the network's id) told us: from the stream,
// overwritten on disk, and from what was set aside. It gives how many facts.
func (s *Stream) Erase(ctx context.Context, db *store.DB, workspace, person string) (int, error) {
	if store.InTx(ctx) {
		return 0, fault.New(fault.Internal, "erasing facts inside a transaction")
	}
	if person == "" {
		return 0, fault.New(fault.Invalid, "Nobody is named.")
	}
	erased, person := 0, named(person)
	partition := Fact{Workspace: workspace, Person: person}.partition(s.partitions)
	for from := uint64(1); ; {
		facts, _, err := s.fetch(ctx, partition, from, batch)
		if err != nil {
			return erased, err
		}
		if len(facts) == 0 {
			break
		}
		for _, f := range facts {
			from = f.Sequence + 1
			if f.Workspace != workspace || f.Person != person {
				continue
			}
			if err := s.stream.SecureDeleteMsg(ctx, f.Sequence); err != nil {
				return erased, fault.Wrap(fault.Unavailable, err, "A fact could not be erased.")
			}
			erased++
		}
	}
	var aside int64
	err := store.Do(ctx, db, func(ctx context.Context, tx *store.Tx) (err error) {
		aside, err = tx.Exec(ctx, `delete from fact_aside where workspace = $1 and person = $2`, workspace, person)
		return err
	})
	return erased + int(aside), err
}
