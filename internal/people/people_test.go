package people_test

import (
	"context"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/people"
	"github.com/kithhq/kith/internal/store"
	"github.com/kithhq/kith/internal/store/storetest"
)

var began = time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)

func recognize(t *testing.T, db *store.DB, workspace string, name network.Name, a network.Author) (i people.Identity) {
	t.Helper()
	storetest.Do(t, db, func(ctx context.Context, tx *store.Tx) (err error) {
		face := people.Face{Workspace: workspace, Network: name, RemoteID: a.ID}
		c, err := people.Meet(ctx, tx, []people.Face{face})
		if err != nil {
			return err
		}
		i = c.Recognize(face, a, began)
		return c.Keep(ctx, tx)
	})
	return i
}

func TestSomebodyIsRecognizedByTheirIdAlone(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		first := recognize(t, db, "w", "mastodon", network.Author{ID: "1", Handle: "ada", Name: "Ada", URL: "https://m.test/@ada"})
		again := recognize(t, db, "w", "mastodon", network.Author{ID: "1", Handle: "ada_l", Name: "Ada L.\x00"})
		if again.PersonID != first.PersonID || again.Handle != "ada_l" || again.Name != "Ada L." || again.URL != first.URL {
			t.Errorf("first %+v, again %+v", first, again)
		}
		for what, other := range map[string]people.Identity{
			"another id":        recognize(t, db, "w", "mastodon", network.Author{ID: "2", Handle: "ada"}),
			"another network":   recognize(t, db, "w", "bluesky", network.Author{ID: "1", Handle: "ada"}),
			"another workspace": recognize(t, db, "x", "mastodon", network.Author{ID: "1", Handle: "ada"}),
		} {
			if other.PersonID == first.PersonID {
				t.Errorf("%s was taken for the same person", what)
			}
		}
		storetest.View(t, db, func(ctx context.Context, tx *store.Tx) error {
			p, err := people.Get(ctx, tx, "w", first.PersonID)
			if p.Name != "Ada L." {
				t.Errorf("they are shown as “%s”", p.Name)
			}
			if _, foreign := people.Get(ctx, tx, "x", first.PersonID); !fault.Is(foreign, fault.NotFound) {
				t.Errorf("another workspace knows them: %v", foreign)
			}
			return err
		})
	})
}

func TestACrowdThatMeetsSomebodyNewMeetsOnePerson(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		var wait sync.WaitGroup
		for range 20 {
			wait.Go(func() {
				if err := store.Do(t.Context(), db, func(ctx context.Context, tx *store.Tx) error {
					face := people.Face{Workspace: "w", Network: "mastodon", RemoteID: "1"}
					c, err := people.Meet(ctx, tx, []people.Face{face})
					if err != nil {
						return err
					}
					c.Recognize(face, network.Author{ID: "1", Name: "Ada"}, began)
					c.Spoke(face, began)
					return c.Keep(ctx, tx)
				}); err != nil {
					t.Error(err)
				}
			})
		}
		wait.Wait()
		i := recognize(t, db, "w", "mastodon", network.Author{ID: "1"})
		storetest.View(t, db, func(ctx context.Context, tx *store.Tx) error {
			p, err := people.Get(ctx, tx, "w", i.PersonID)
			if p.Messages != 20 || p.Name != "Ada" {
				t.Errorf("after twenty messages at once they are %+v", p)
			}
			return err
		})
	})
}

func TestANoteIsBounded(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		i := recognize(t, db, "w", "mastodon", network.Author{ID: "1"})
		note := func(workspace, text string) error {
			return store.Do(t.Context(), db, func(ctx context.Context, tx *store.Tx) error {
				return people.Annotate(ctx, tx, workspace, i.PersonID, text)
			})
		}
		if err := note("w", "likes crime novels"); err != nil {
			t.Error(err)
		}
		if err := note("w", strings.Repeat("x", 20_001)); !fault.Is(err, fault.Invalid) {
			t.Errorf("a note without end: %v", err)
		}
		if err := note("x", "foreign"); !fault.Is(err, fault.NotFound) {
			t.Errorf("a note by another workspace: %v", err)
		}
	})
}

func TestANumberIsNoName(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		who := network.Author{ID: "urn:li:person:castp015"}
		i := recognize(t, db, "w", "linkedin", who)
		named := func(name string) {
			t.Helper()
			storetest.View(t, db, func(ctx context.Context, tx *store.Tx) error {
				p, err := people.Get(ctx, tx, "w", i.PersonID)
				if p.Name != name {
					t.Errorf("they are called “%s”, not “%s”", p.Name, name)
				}
				return err
			})
		}
		named("")
		who.Name = "Ada Lovelace"
		recognize(t, db, "w", "linkedin", who)
		named("Ada Lovelace")
	})
}
