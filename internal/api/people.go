package api

import (
	"context"
	"time"

	"github.com/kithhq/kith/internal/access"
	"github.com/kithhq/kith/internal/flow"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/people"
	"github.com/kithhq/kith/internal/store"
	"github.com/kithhq/kith/internal/view"
)

// Person is somebody who speaks to us, with their accounts.
type Person struct {
	ID              string         `json:"id"`
	Name            string         `json:"name"`
	Identities      List[Identity] `json:"identities"`
	Messages        int            `json:"messages"`
	FirstSeen       time.Time      `json:"first_seen"`
	LastSeen        time.Time      `json:"last_seen"`
	Note            string         `json:"note"`
	Verdicts        List[Verdict]  `json:"verdicts" doc:"Newest first; only on the person's own page."`
	Recent          List[Message]  `json:"recent" doc:"Newest first; only on the person's own page."`
	Blocked         bool           `json:"blocked"`
	Muted           bool           `json:"muted" doc:"Their words are kept from us, and they do not know."`
	MessagesBlocked bool           `json:"messages_blocked" doc:"Their private messages are kept from us; what they say in public is not."`
	Reach           List[Reach]    `json:"reach" doc:"Where they spoke to us; only on the person's own page."`
}

// Reach is a channel of ours on which a person spoke, and what cannot be done about them there.
type Reach struct {
	ChannelID string       `json:"channel_id"`
	Network   network.Name `json:"network"`
	Handle    string       `json:"handle"`
	Cannot    List[Denied] `json:"cannot" doc:"ban, mute, block_messages: the network has no such thing, or the account may not."`
}

// Identity is an account of a person.
type Identity struct {
	ID        string       `json:"id"`
	Network   network.Name `json:"network"`
	Handle    string       `json:"handle"`
	Name      string       `json:"name"`
	AvatarURL string       `json:"avatar_url" doc:"Our own address of it; empty when there is none."`
	URL       string       `json:"url"`
	FirstSeen time.Time    `json:"first_seen"`
	LastSeen  time.Time    `json:"last_seen"`
}

// Note is what the team remembers of a person.
type Note struct {
	Note string `json:"note" maxLength:"20000"`
}

// Switch turns something on or off: a ban, a mute, a pin.
type Switch struct {
	On bool `json:"on"`
}

type peopleQuery struct {
	Paging
	Q string `query:"q" maxLength:"200"`
}

func (d *Door) people() {
	read(d, route{id: "GET /people", name: "listPeople", verb: access.Read, summary: "People, last seen first"},
		func(ctx context.Context, tx *store.Tx, by access.Actor, in *peopleQuery) (Page[Person], error) {
			found, err := view.People(ctx, tx, by, in.Q, in.Cursor, in.Limit)
			return Page[Person]{each(found.Items, func(p view.Person) Person { return d.personOf(by, p, tx.Now) }), found.Next}, err
		})
	read(d, route{id: "GET /people/{id}", name: "getPerson", verb: access.Read, summary: "One person"},
		func(ctx context.Context, tx *store.Tx, by access.Actor, in *byID) (Person, error) {
			return d.onePerson(ctx, tx, by, in.ID)
		})
	write(d, route{id: "PATCH /people/{id}", name: "notePerson", verb: access.Reply, audit: "person.note", summary: "Remember something of a person"},
		func(ctx context.Context, tx *store.Tx, by access.Actor, in *with[Note]) (Person, error) {
			if _, err := view.OnePerson(ctx, tx, by, in.ID); err != nil {
				return Person{}, err
			}
			if err := people.Annotate(ctx, tx, by.Workspace, in.ID, in.Body.Note); err != nil {
				return Person{}, err
			}
			d.House.Tell(tx, by.Workspace, "people", in.ID)
			return d.onePerson(ctx, tx, by, in.ID)
		})
	for _, shun := range []struct {
		path, name, audit, summary string
		do                         func(ctx context.Context, by access.Actor, personID string, on bool) (int, error)
	}{
		{"ban", "banPerson", "person.ban", "Keep a person from our accounts, or let them back", d.House.Ban},
		{"mute", "mutePerson", "person.mute", "Keep a person's words from us without their knowing, or hear them again", d.House.Mute},
		{"block-messages", "blockMessages", "person.block_messages", "Take no private messages of a person any more, or take them again", d.House.BlockMessages},
	} {
		way(d, route{id: "POST /people/{id}/" + shun.path, name: shun.name, verb: access.Moderate, audit: shun.audit, summary: shun.summary},
			func(ctx context.Context, by access.Actor, in *with[Switch]) (p Person, err error) {
				see := func(ctx context.Context, tx *store.Tx) error {
					p, err = d.onePerson(ctx, tx, by, in.ID)
					return err
				}
				if err := store.View(ctx, d.House.DB, see); err != nil { // not one of theirs: not there
					return Person{}, err
				}
				if _, err := shun.do(ctx, by, in.ID, in.Body.On); err != nil {
					return Person{}, err
				}
				return p, store.View(ctx, d.House.DB, see)
			})
	}
	d.rules()
}

func (d *Door) onePerson(ctx context.Context, tx *store.Tx, by access.Actor, id string) (Person, error) {
	p, err := view.OnePerson(ctx, tx, by, id)
	if err != nil {
		return Person{}, err
	}
	said := d.personOf(by, p, tx.Now)
	reach, err := d.House.Reaches(ctx, tx, by, id)
	said.Reach = each(reach, func(r flow.Reach) Reach {
		return Reach{r.Channel.ID, r.Channel.Network, r.Channel.Handle, each(r.Cannot, func(c flow.Cannot) Denied { return Denied{string(c.Action), c.Why, c.Instead} })}
	})
	return said, err
}

func (d *Door) personOf(by access.Actor, p view.Person, now time.Time) Person {
	return Person{
		ID: p.ID, Name: p.Name, Messages: p.Messages, FirstSeen: p.FirstSeen, LastSeen: p.LastSeen, Note: p.Note, Blocked: p.Blocked, Muted: p.Muted, MessagesBlocked: p.MessagesBlocked,
		Identities: each(p.Identities, func(i view.Identity) Identity {
			return Identity{i.ID, i.Network, i.Handle, i.Name, avatarOf(i.ID, i.AvatarURL), i.URL, i.FirstSeen, i.LastSeen}
		}),
		Verdicts: each(p.Verdicts, verdictOf), Recent: d.messagesOf(by, p.Recent, now),
	}
}
