package graph

import (
	"context"
	"encoding/json"
	"maps"
	"net/url"
	"strings"

	"github.com/kithhq/kith/internal/fault"
)

// List is a page of a list. Items that are not as they should be are empty.
type List struct {
	Data   []json.RawMessage `json:"data"`
	Paging struct {
		Cursors struct {
			After string `json:"after"`
		} `json:"cursors"`
		Next string `json:"next"`
	} `json:"paging"`
}

// Further gives what to add to the question for the next page, nil when there
// is none. The address that Graph gives carries our token and may lead
// anywhere: only the place is taken from it.
func (l List) Further() url.Values {
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

// Ending is how going through a list ended.
type Ending int

// The endings.
const (
	Enough Ending = iota // take had enough
	Whole                // the list ended
	Lost                 // an empty page followed: its end, or our place is gone
	Broken               // too many pages
)

// Call makes a call in the name of a connection, which holds its token.
type Call func(ctx context.Context, a Ask, out any) error

// Walk goes through a list until take has enough, most pages at most.
func (c *Client) Walk(ctx context.Context, call Call, path string, query url.Values, most int, take func([]json.RawMessage) bool) (Ending, error) {
	query = maps.Clone(query)
	for n := range most {
		var l List
		a := Ask{Path: path, Query: query}
		if err := call(ctx, a, &l); err != nil {
			return Broken, err
		}
		if l.Data == nil {
			return Broken, c.Misunderstood(a)
		}
		if take(l.Data) {
			return Enough, nil
		}
		place := l.Further()
		switch {
		case place != nil:
			maps.Copy(query, place)
		case len(l.Data) == 0 && n > 0:
			return Lost, nil
		default:
			return Whole, nil
		}
	}
	return Broken, nil
}

// ByIDs asks for several things at once. Graph refuses all when one is gone, so
// the rest is asked for in halves; what is gone is absent.
func ByIDs(ctx context.Context, call Call, ids []string, fields string) (map[string]json.RawMessage, error) {
	all := map[string]json.RawMessage{}
	if len(ids) == 0 {
		return all, nil
	}
	err := call(ctx, Ask{Query: url.Values{"ids": {strings.Join(ids, ",")}, "fields": {fields}}}, &all)
	if fault.Is(err, fault.NotFound) {
		if len(ids) == 1 {
			return map[string]json.RawMessage{}, nil
		}
		half := len(ids) / 2
		if all, err = ByIDs(ctx, call, ids[:half], fields); err != nil {
			return nil, err
		}
		more, err := ByIDs(ctx, call, ids[half:], fields)
		maps.Copy(all, more)
		return all, err
	}
	return all, err
}
