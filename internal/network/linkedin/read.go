package linkedin

import (
	"context"
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/network"
)

const (
	first    = 7 * 24 * time.Hour  // how far back the first reading goes
	overlap  = 10 * time.Minute    // what was accepted may be listed later
	memory   = 60 * 24 * time.Hour // how long LinkedIn keeps notifications
	toldMost = 1000
)

// cursor is how far a reading has come: a window of time, and a place in it.
type cursor struct {
	Since int64    `json:"since"` // milliseconds; before that all is told
	Until int64    `json:"until,omitempty"`
	Start int      `json:"start,omitempty"`
	Total int      `json:"total,omitempty"`
	Again int      `json:"again,omitempty"` // how often the window was begun anew
	Told  []string `json:"told,omitempty"`  // the newest notifications that were told
}

// Read asks for what happened on a Page since the cursor, a page of the list at a
// time. Of what happens to members LinkedIn tells nothing.
func (d *Driver) Read(ctx context.Context, conn network.Conn, given string) (network.Reading, error) {
	var c cursor
	now := d.now()
	if json.Unmarshal([]byte(given), &c) != nil || moment(c.Since).IsZero() || c.Start < 0 {
		c = cursor{Since: now.Add(-first).UnixMilli()} // one of an older form: read again, which is harmless
	}
	if !isPage(conn.Account) {
		return network.Reading{Next: c.text()}, nil
	}
	var out network.Reading
	if edge := now.Add(-memory); moment(c.Since).Before(edge) {
		out.Lost = &network.Span{From: moment(c.Since), To: edge}
		c = cursor{Since: edge.UnixMilli()}
	}
	if c.Until == 0 {
		c.Until = now.UnixMilli()
	}
	from := max(c.Since-overlap.Milliseconds(), now.Add(-memory).UnixMilli())
	a := ask{path: "rest/organizationalEntityNotifications", query: "q=criteria&organizationalEntity=" + code(conn.Account) +
		"&actions=List(" + strings.Join(actions(), ",") + ")&timeRange=(start:" + strconv.FormatInt(from, 10) + ",end:" + strconv.FormatInt(c.Until, 10) + ")" +
		"&start=" + strconv.Itoa(c.Start) + "&count=" + strconv.Itoa(pageSize)}
	var l list
	if _, err := d.call(ctx, conn, a, &l); err != nil {
		return network.Reading{}, err
	}
	if l.Elements == nil {
		return network.Reading{}, a.misunderstood()
	}
	facts := c.take(l)
	if err := d.introduce(ctx, conn, facts); err != nil {
		return network.Reading{}, err
	}
	named := map[string]bool{}
	for _, f := range facts {
		out.Events = append(out.Events, f.raw(conn.Account))
		if f.Action == actComment && f.Name != "" && !named[f.Actor] {
			named[f.Actor], f.Named = true, true
			out.Events = append(out.Events, f.raw(conn.Account))
		}
	}
	slices.SortStableFunc(out.Events, func(a, b network.Raw) int { return a.At.Compare(b.At) })
	out.More = c.move(l)
	out.Next = c.text()
	return out, nil
}

func (c cursor) text() string {
	data, err := json.Marshal(c)
	if err != nil {
		panic(err) // strings and numbers
	}
	return string(data)
}

// take keeps of a page what was not told yet.
func (c *cursor) take(l list) []fact {
	known := map[string]bool{}
	for _, id := range c.Told {
		known[id] = true
	}
	keys := map[string]bool{}
	var all []fact
	for _, item := range l.Elements {
		var n notice
		_ = json.Unmarshal(item, &n) // what is of another type stays empty
		id := string(n.ID)
		if id != "" && known[id] {
			continue
		}
		f, ok := n.lean()
		if !ok || f.when().IsZero() || keys[f.key()] {
			continue
		}
		keys[f.key()] = true
		all = append(all, f)
		if id != "" && len(id) <= 32 {
			known[id] = true
			c.Told = append(c.Told, id)
		}
	}
	c.Told = c.Told[max(0, len(c.Told)-toldMost):]
	return all
}

// move goes on in the window, or ends it. Where the window has changed under us,
// our place in it is lost, and it is gone through once more.
func (c *cursor) move(l list) (more bool) {
	if total := l.Paging.Total; total != nil {
		if c.Start > 0 && *total != c.Total && c.Again < 2 {
			c.Start, c.Total, c.Again = 0, 0, c.Again+1
			return true
		}
		c.Total = *total
	}
	if l.more(c.Start, pageSize) {
		c.Start += len(l.Elements)
		return true
	}
	c.Since = c.Until
	c.Until, c.Start, c.Total, c.Again = 0, 0, 0, 0
	return false
}

// introduce asks what the people behind events are called: all at once where the
// app may, else a few of them. Who does not show a name keeps none.
func (d *Driver) introduce(ctx context.Context, conn network.Conn, facts []fact) error {
	k, err := keysOf(conn)
	if err != nil {
		return err
	}
	var ids []string
	for _, f := range facts {
		if id, person := strings.CutPrefix(f.Actor, personPrefix); person && !slices.Contains(ids, id) {
			ids = append(ids, id)
		}
	}
	if len(ids) == 0 || !k.has("r_basicprofile") {
		return nil
	}
	known, err := d.people(ctx, k.Token, ids)
	if err != nil {
		return err
	}
	for i := range facts {
		if p, ok := known[strings.TrimPrefix(facts[i].Actor, personPrefix)]; ok {
			facts[i].Name, facts[i].Handle = clip(p.name(), 640), clip(p.Vanity, 128)
		}
	}
	return nil
}

func (d *Driver) people(ctx context.Context, token string, ids []string) (map[string]profile, error) {
	known := map[string]profile{}
	keys := make([]string, len(ids))
	for i, id := range ids {
		keys[i] = "(id:" + code(id) + ")"
	}
	var several struct {
		Results map[string]json.RawMessage `json:"results"`
	}
	_, err := d.send(ctx, token, ask{path: "rest/people", query: "ids=List(" + strings.Join(keys, ",") + ")"}, &several)
	switch {
	case err == nil:
		for i, key := range keys {
			var p profile
			if json.Unmarshal(several.Results[key], &p) == nil && p.ID == ids[i] {
				known[ids[i]] = p
			}
		}
		return known, nil
	case fault.Is(err, fault.Throttled), fault.Is(err, fault.Unavailable):
		return nil, err
	}
	if r := refused(err); r.status != 403 {
		return known, nil //nolint:nilerr // names are a courtesy; Check says what is wrong
	}
	for _, id := range ids[:min(len(ids), 10)] { // an app under development asks for each alone
		var p profile
		_, err := d.send(ctx, token, ask{path: "rest/people/(id:" + code(id) + ")"}, &p)
		if fault.Is(err, fault.Throttled) || fault.Is(err, fault.Unavailable) {
			return nil, err
		}
		if err == nil && p.ID == id { // who is private is called that
			known[id] = p
		}
	}
	return known, nil
}
