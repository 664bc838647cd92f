// Package people knows the persons behind the accounts. A person is not an
// account: today each identity begins as a person of its own, later proofs or a
// moderator join them.
package people

import (
	"context"
	"time"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/id"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/store"
	"github.com/kithhq/kith/internal/text"
)

// Person is somebody we have heard of.
type Person struct {
	ID        string
	Workspace string
	Name      string
	Note      string
	Blocked   bool
	Messages  int
	FirstSeen time.Time
	LastSeen  time.Time
}

// Identity is a person's account on a network.
type Identity struct {
	ID        string
	Workspace string
	PersonID  string
	Network   network.Name
	RemoteID  string
	Handle    string
	Name      string
	AvatarURL string
	URL       string
	FirstSeen time.Time
	LastSeen  time.Time
}

const identityColumns = "id, workspace, person_id, network, remote_id, handle, name, avatar_url, url, first_seen, last_seen"

// Recognize gives the identity of an author, new or known, and keeps what they
// look like now. at is when they did something.
func Recognize(ctx context.Context, tx *store.Tx, workspace string, name network.Name, a network.Author, at time.Time) (Identity, error) {
	a.Name, a.Handle = text.Cut(text.Clean(a.Name), 200), text.Cut(text.Clean(a.Handle), 200)
	known, err := store.One[Identity](ctx, tx, "select "+identityColumns+" from identity where workspace = $1 and network = $2 and remote_id = $3", workspace, name, a.ID)
	if fault.Is(err, fault.NotFound) {
		return begin(ctx, tx, workspace, name, a, at)
	}
	if err != nil {
		return known, err
	}
	looks := Identity{Handle: or(a.Handle, known.Handle), Name: or(a.Name, known.Name), AvatarURL: or(a.AvatarURL, known.AvatarURL), URL: or(a.URL, known.URL)}
	if looks.Handle != known.Handle || looks.Name != known.Name || looks.AvatarURL != known.AvatarURL || looks.URL != known.URL {
		if _, err := tx.Exec(ctx, "update identity set handle = $1, name = $2, avatar_url = $3, url = $4, last_seen = $5 where id = $6",
			looks.Handle, looks.Name, looks.AvatarURL, looks.URL, at, known.ID); err != nil {
			return known, err
		}
		if _, err := tx.Exec(ctx, "update person set name = $1 where id = $2 and workspace = $3", shown(looks), known.PersonID, workspace); err != nil {
			return known, err
		}
		known.Handle, known.Name, known.AvatarURL, known.URL = looks.Handle, looks.Name, looks.AvatarURL, looks.URL
	}
	return known, nil
}

// Spoke counts a message of a person.
func Spoke(ctx context.Context, tx *store.Tx, workspace, personID string, at time.Time) error {
	_, err := tx.Exec(ctx, "update person set messages = messages + 1, last_seen = case when last_seen < $1 then $1 else last_seen end where id = $2 and workspace = $3",
		at, personID, workspace)
	return err
}

func begin(ctx context.Context, tx *store.Tx, workspace string, name network.Name, a network.Author, at time.Time) (Identity, error) {
	i := Identity{ID: id.New(), Workspace: workspace, PersonID: id.New(), Network: name, RemoteID: a.ID,
		Handle: a.Handle, Name: a.Name, AvatarURL: a.AvatarURL, URL: a.URL, FirstSeen: at, LastSeen: at}
	if _, err := tx.Exec(ctx, "insert into person (id, workspace, name, note, blocked, messages, first_seen, last_seen) values ($1, $2, $3, '', 0, 0, $4, $4)",
		i.PersonID, workspace, shown(i), at); err != nil {
		return i, err
	}
	_, err := tx.Exec(ctx, "insert into identity ("+identityColumns+") values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $10)",
		i.ID, workspace, i.PersonID, name, a.ID, a.Handle, a.Name, a.AvatarURL, a.URL, at)
	return i, err
}

func shown(i Identity) string { return or(i.Name, or(i.Handle, i.RemoteID)) }

// Get gives a person of a workspace.
func Get(ctx context.Context, tx *store.Tx, workspace, personID string) (Person, error) {
	p, err := store.One[Person](ctx, tx, "select id, workspace, name, note, blocked, messages, first_seen, last_seen from person where workspace = $1 and id = $2", workspace, personID)
	if fault.Is(err, fault.NotFound) {
		return p, fault.New(fault.NotFound, "There is no such person.")
	}
	return p, err
}

// Identities gives a person's accounts, the latest seen first.
func Identities(ctx context.Context, tx *store.Tx, workspace, personID string) ([]Identity, error) {
	return store.All[Identity](ctx, tx, "select "+identityColumns+" from identity where workspace = $1 and person_id = $2 order by last_seen desc, id", workspace, personID)
}

// Annotate keeps a note about a person.
func Annotate(ctx context.Context, tx *store.Tx, workspace, personID, note string) error {
	if len(note) > 20_000 {
		return fault.New(fault.Invalid, "The note is too long.").On("note").WithHint("Keep it under 20,000 bytes.")
	}
	return changed(tx.Exec(ctx, "update person set note = $1 where id = $2 and workspace = $3", text.Clean(note), personID, workspace))
}

// Block notes that a person is kept from our accounts, or let back.
func Block(ctx context.Context, tx *store.Tx, workspace, personID string, on bool) error {
	return changed(tx.Exec(ctx, "update person set blocked = $1 where id = $2 and workspace = $3", on, personID, workspace))
}

func changed(n int64, err error) error {
	if err == nil && n == 0 {
		return fault.New(fault.NotFound, "There is no such person.")
	}
	return err
}

func or(a, b string) string {
	if a != "" {
		return a
	}
	return b
}
