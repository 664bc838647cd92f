package people

import (
	"context"
	"time"

	"github.com/kithhq/kith/internal/id"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/store"
	"github.com/kithhq/kith/internal/text"
)

// Crowd is the people of one batch of events: looked up together, recognized in
// memory one after the other, and written together.
type Crowd struct {
	members map[Face]*member
	order   []*member // the known, then the new as they appeared
}

// Face is what an author is recognized by.
type Face struct {
	Workspace string
	Network   network.Name
	RemoteID  string
}

type member struct {
	Identity
	known  bool // before this batch
	looks  bool // they look otherwise than before
	said   int
	latest time.Time // of what they said
}

// Meet looks up who is known of some authors.
func Meet(ctx context.Context, tx *store.Tx, faces []Face) (*Crowd, error) {
	c := &Crowd{members: make(map[Face]*member, len(faces))}
	var keys [][]any
	for _, f := range faces {
		if _, again := c.members[f]; !again {
			c.members[f] = nil
			keys = append(keys, []any{f.Workspace, f.Network, f.RemoteID})
		}
	}
	known, err := store.Keyed[Identity](ctx, tx, `select i.id, i.workspace, i.person_id, i.network, i.remote_id, i.handle, i.name, i.avatar_url, i.url, i.first_seen, i.last_seen
		from (keys) k cross join identity i where i.workspace = k.column1 and i.network = k.column2 and i.remote_id = k.column3`, keys)
	for _, i := range known {
		m := &member{Identity: i, known: true}
		c.members[Face{i.Workspace, i.Network, i.RemoteID}], c.order = m, append(c.order, m)
	}
	return c, err
}

// Known gives the person of a face that was known before the batch, else "".
func (c *Crowd) Known(f Face) string {
	if m := c.members[f]; m != nil && m.known {
		return m.PersonID
	}
	return ""
}

// Recognize gives the identity of an author, new or known, and keeps what they
// look like now. at is when they did something.
func (c *Crowd) Recognize(f Face, a network.Author, at time.Time) Identity {
	a.Name, a.Handle = text.Cut(text.Clean(a.Name), 200), text.Cut(text.Clean(a.Handle), 200)
	m := c.members[f]
	if m == nil {
		m = &member{Identity: Identity{ID: id.New(), Workspace: f.Workspace, PersonID: id.New(), Network: f.Network, RemoteID: f.RemoteID,
			Handle: a.Handle, Name: a.Name, AvatarURL: a.AvatarURL, URL: a.URL, FirstSeen: at, LastSeen: at}, latest: at}
		c.members[f], c.order = m, append(c.order, m)
		return m.Identity
	}
	was := m.Identity
	m.Handle, m.Name, m.AvatarURL, m.URL = or(a.Handle, m.Handle), or(a.Name, m.Name), or(a.AvatarURL, m.AvatarURL), or(a.URL, m.URL)
	if m.Identity != was {
		m.LastSeen, m.looks = at, true
	}
	return m.Identity
}

// Spoke counts a message of an author who has been recognized.
func (c *Crowd) Spoke(f Face, at time.Time) {
	m := c.members[f]
	if m.said++; m.latest.Before(at) {
		m.latest = at
	}
}

// Keep writes what became of the crowd.
func (c *Crowd) Keep(ctx context.Context, tx *store.Tx) error {
	var persons, identities, spoke [][]any
	said := map[string]int{} // person → place in spoke: one may have several identities
	for _, m := range c.order {
		switch {
		case !m.known:
			persons = append(persons, []any{m.PersonID, m.Workspace, shown(m.Identity), "", 0, m.said, m.FirstSeen, m.latest})
			identities = append(identities, []any{m.ID, m.Workspace, m.PersonID, m.Network, m.RemoteID, m.Handle, m.Name, m.AvatarURL, m.URL, m.FirstSeen, m.LastSeen})
			continue
		case m.looks:
			if err := redraw(ctx, tx, m.Identity); err != nil {
				return err
			}
		}
		if m.said == 0 {
			continue
		}
		if at, twice := said[m.PersonID]; twice {
			m.said += spoke[at][1].(int)
			if before := spoke[at][2].(time.Time); before.After(m.latest) {
				m.latest = before
			}
			spoke[at] = []any{m.PersonID, m.said, m.latest}
			continue
		}
		said[m.PersonID] = len(spoke)
		spoke = append(spoke, []any{m.PersonID, m.said, m.latest})
	}
	if _, err := tx.Insert(ctx, "person (id, workspace, name, note, blocked, messages, first_seen, last_seen)", 8, persons, ""); err != nil {
		return err
	}
	if _, err := tx.Insert(ctx, "identity ("+identityColumns+")", 11, identities, ""); err != nil {
		return err
	}
	_, err := tx.ExecKeyed(ctx, `update person set messages = person.messages + k.column2, last_seen = case when person.last_seen < k.column3 then k.column3 else person.last_seen end
		from (keys) k where person.id = k.column1`, spoke)
	return err
}

// redraw keeps what a known identity looks like now.
func redraw(ctx context.Context, tx *store.Tx, i Identity) error {
	if _, err := tx.Exec(ctx, "update identity set handle = $1, name = $2, avatar_url = $3, url = $4, last_seen = $5 where id = $6",
		i.Handle, i.Name, i.AvatarURL, i.URL, i.LastSeen, i.ID); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, "update person set name = $1 where id = $2 and workspace = $3", shown(i), i.PersonID, i.Workspace)
	return err
}
