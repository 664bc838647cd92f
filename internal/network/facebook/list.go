package facebook

import (
	"context"
	"encoding/json"
	"maps"
	"net/url"

	"github.com/kithhq/kith/internal/network"
)

// list is a page of a list. Items that are not as they should be are empty.
type list struct {
	Data   []json.RawMessage `json:"data"`
	Paging struct {
		Cursors struct {
			After string `json:"after"`
		} `json:"cursors"`
		Next string `json:"next"`
	} `json:"paging"`
}

// further gives what to add to the question for the next page, nil when there
// is none. The address that Graph gives carries our token and may lead
// anywhere: only the place is taken from it.
func (l list) further() url.Values {
	if l.Paging.Next == "" {
		return nil
	}
	if l.Paging.Cursors.After != "" {
		return url.Values{"after": {l.Paging.Cursors.After}}
	}
	next, err := url.Parse(l.Paging.Next)
	if err != nil {
		return nil
	}
	place := url.Values{}
	for _, name := range []string{"after", "until", "__paging_token"} {
		if v := next.Query().Get(name); v != "" {
			place.Set(name, v)
		}
	}
	if len(place) == 0 {
		return nil
	}
	return place
}

// ending is how going through a list ended.
type ending int

const (
	enough ending = iota // take had enough
	whole                // the list ended
	lost                 // an empty page followed: its end, or our place is gone
	broken               // too many pages
)

// walk goes through a list until take has enough.
func (d *Driver) walk(ctx context.Context, conn network.Conn, path string, query url.Values, most int, take func([]json.RawMessage) bool) (ending, error) {
	query = maps.Clone(query)
	for n := range most {
		var l list
		a := ask{path: path, query: query}
		if _, err := d.call(ctx, conn, a, &l); err != nil {
			return broken, err
		}
		if l.Data == nil {
			return broken, a.misunderstood()
		}
		if take(l.Data) {
			return enough, nil
		}
		place := l.further()
		switch {
		case place != nil:
			maps.Copy(query, place)
		case len(l.Data) == 0 && n > 0:
			return lost, nil
		default:
			return whole, nil
		}
	}
	return broken, nil
}
