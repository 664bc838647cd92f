package mastodon

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"time"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/network/rest"
)

// Measure gives the counts of statuses as the server knows them.
func (d *Driver) Measure(ctx context.Context, conn network.Conn, refs []network.Ref) (map[string]network.Counts, error) {
	var ids []string
	for _, r := range refs {
		if idSign.MatchString(r.ID) && !slices.Contains(ids, r.ID) {
			ids = append(ids, r.ID)
		}
	}
	found, err := d.some(ctx, conn, ids)
	if err != nil {
		return nil, err
	}
	all := map[string]network.Counts{}
	for id, s := range found {
		counts := network.Counts{}
		for name, n := range map[string]*int64{network.Likes: s.Likes, network.Replies: s.Replies, network.Reposts: s.Reposts, network.Quotes: s.Quotes} {
			if n != nil {
				counts[name] = *n
			}
		}
		all[id] = counts
	}
	return all, nil
}

// Insights gives the figures of the account as they are now: servers keep no days.
func (d *Driver) Insights(ctx context.Context, conn network.Conn, _ time.Time) (network.Counts, error) {
	a := rest.Ask{Path: "/api/v1/accounts/verify_credentials"}
	var me account
	if _, err := d.call(ctx, conn, a, &me); err != nil {
		return nil, err
	}
	if me.ID != conn.Account {
		return nil, unclear(a)
	}
	counts := network.Counts{}
	for name, n := range map[string]*int64{network.Followers: me.Followers, "mastodon:following": me.Following, "mastodon:statuses": me.Statuses} {
		if n != nil && *n >= 0 { // a person may hide whom they follow
			counts[name] = *n
		}
	}
	return counts, nil
}

// some asks for statuses by id, twenty at once; servers that cannot are asked
// for each. Those that are gone are not in the answer.
func (d *Driver) some(ctx context.Context, conn network.Conn, ids []string) (map[string]status, error) {
	all := map[string]status{}
	for batch := range slices.Chunk(ids, 20) {
		var page []json.RawMessage
		_, err := d.call(ctx, conn, rest.Ask{Path: "/api/v1/statuses", Query: url.Values{"id[]": batch}}, &page)
		if fault.Is(err, fault.NotFound) || fault.Is(err, fault.Invalid) {
			err = d.each(ctx, conn, batch, all)
		}
		if err != nil {
			return nil, err
		}
		for _, raw := range page {
			var s status
			if json.Unmarshal(raw, &s) == nil && slices.Contains(batch, s.ID) { // one odd status does not hide the others
				all[s.ID] = s
			}
		}
	}
	return all, nil
}

func (d *Driver) each(ctx context.Context, conn network.Conn, ids []string, into map[string]status) error {
	for _, id := range ids {
		var s status
		_, err := d.call(ctx, conn, rest.Ask{Method: http.MethodGet, Path: "/api/v1/statuses/" + id}, &s)
		switch {
		case fault.Is(err, fault.NotFound):
			continue
		case err != nil:
			return err
		case s.ID == id:
			into[id] = s
		}
	}
	return nil
}
