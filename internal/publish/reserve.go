package publish

import (
	"context"

	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/store"
)

// Reserve keeps how many calls each part of a publication takes of its network's quota.
// They are taken back with the parts: when it is unscheduled, cancelled or moved.
func Reserve(ctx context.Context, tx *store.Tx, p Publication, calls []int) error {
	for i, n := range calls {
		if _, err := tx.Exec(ctx, "update part set calls = $1 where publication_id = $2 and workspace = $3 and position = $4", n, p.ID, p.Workspace, i); err != nil {
			return err
		}
	}
	return nil
}

// Reserved gives the calls that are kept for what some channels have scheduled, and for
// what is still to follow videos that are out. What is out has taken its calls, and what
// is late takes them at once. Channels of several workspaces may share an app, so that
// none is named here.
func Reserved(ctx context.Context, tx *store.Tx, channels []string, p network.Profile) ([]Taking, error) {
	var all []Taking
	for _, channel := range channels {
		waiting, err := store.All[Taking](ctx, tx, `select case when u.due_at < $2 then $2 else u.due_at end, coalesce(p.calls, $3) from part p join publication u on u.id = p.publication_id
			where p.channel_id = $1 and p.state in ('due', 'claimed', 'unclear') and u.state in ('scheduled', 'publishing', 'unclear') and u.hand not like '%"chosen":true%'`,
			channel, tx.Now, p.Costs("post"))
		if err != nil {
			return nil, err
		}
		all = append(all, waiting...)
		for _, after := range []struct{ of, query string }{
			{"subtitles", "select count(*) from subtitled s join publication u on u.id = s.publication_id where s.state = 'due' and u.channel_id = $1"},
			{"cover", "select count(*) from covered c join publication u on u.id = c.publication_id where c.state = 'due' and u.channel_id = $1"},
		} {
			n, err := store.One[int](ctx, tx, after.query, channel)
			if err != nil {
				return nil, err
			}
			if n *= p.CallCosts[after.of]; n > 0 {
				all = append(all, Taking{tx.Now, n})
			}
		}
	}
	return all, nil
}

// WaitingWith gives the publications that are to go out with a file of ours.
func WaitingWith(ctx context.Context, tx *store.Tx, workspace, mediaID string) ([]Publication, error) {
	return store.All[Publication](ctx, tx, "select "+publicationColumns+` from publication where workspace = $1 and state in ('scheduled', 'publishing', 'unclear')
		and id in (select publication_id from part where workspace = $1 and state <> 'sent' and content like $2) order by id`, workspace, `%"`+mediaID+`"%`)
}
