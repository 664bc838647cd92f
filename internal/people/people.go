// Package people knows the persons behind the accounts. A person is not an
// account: today each identity begins as a person of its own, later proofs or a
// moderator join them.
package people

import (
	"context"
	"time"

	"github.com/kithhq/kith/internal/fault"
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
	Muted     bool
	// MessagesBlocked: their private messages are kept from us.
	MessagesBlocked bool
	Messages        int
	FirstSeen       time.Time
	LastSeen        time.Time
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

// shown is what somebody is called, "" where the network told neither a name nor a handle:
// its number of a person is no name, and screens say “somebody” in the reader's language.
func shown(i Identity) string { return or(i.Name, i.Handle) }

// Get gives a person of a workspace.
func Get(ctx context.Context, tx *store.Tx, workspace, personID string) (Person, error) {
	p, err := store.One[Person](ctx, tx, "select id, workspace, name, note, blocked, muted, messages_blocked, messages, first_seen, last_seen from person where workspace = $1 and id = $2", workspace, personID)
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

// Mute notes that a person's words are kept from us, or heard again.
func Mute(ctx context.Context, tx *store.Tx, workspace, personID string, on bool) error {
	return changed(tx.Exec(ctx, "update person set muted = $1 where id = $2 and workspace = $3", on, personID, workspace))
}

// BlockMessages notes that a person's private messages are kept from us, or taken again.
func BlockMessages(ctx context.Context, tx *store.Tx, workspace, personID string, on bool) error {
	return changed(tx.Exec(ctx, "update person set messages_blocked = $1 where id = $2 and workspace = $3", on, personID, workspace))
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
