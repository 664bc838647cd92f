package flow

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"image/png"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/kithhq/kith/internal/access"
	"github.com/kithhq/kith/internal/blob"
	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/id"
	"github.com/kithhq/kith/internal/media"
	"github.com/kithhq/kith/internal/publish"
	"github.com/kithhq/kith/internal/store"
	"github.com/kithhq/kith/internal/store/storetest"
)

// attic is a house with nothing but a database and files.
type attic struct {
	*House
	t    *testing.T
	by   access.Actor
	root string
}

func newAttic(t *testing.T, db *store.DB) attic {
	t.Helper()
	root := t.TempDir()
	blobs, err := blob.NewFiles(root)
	if err != nil {
		t.Fatal(err)
	}
	return attic{&House{DB: db, Blobs: blobs, KeepUnused: 7 * 24 * time.Hour}, t, access.Actor{Workspace: id.New(), User: id.New(), Name: "Ada"}, root}
}

func (a attic) bytes() media.File {
	a.t.Helper()
	var dot bytes.Buffer
	if err := png.Encode(&dot, image.NewGray(image.Rect(0, 0, 1, 1))); err != nil {
		a.t.Fatal(err)
	}
	f, err := media.Take(a.t.Context(), a.Blobs, a.by.Workspace, &dot)
	if err != nil {
		a.t.Fatal(err)
	}
	return f
}

func (a attic) file() (m media.Media) {
	a.t.Helper()
	f := a.bytes()
	storetest.Do(a.t, a.DB, func(ctx context.Context, tx *store.Tx) (err error) {
		m, err = media.Keep(ctx, tx, a.by, f, "dot.png", "")
		return err
	})
	return m
}

// forgotten lets time pass for a file: it has been unused for so many days.
func (a attic) forgotten(m media.Media, days int) {
	a.t.Helper()
	a.exec("update media set unused_since = $1 where id = $2", time.Now().AddDate(0, 0, -days), m.ID)
}

func (a attic) exec(text string, args ...any) {
	a.t.Helper()
	storetest.Do(a.t, a.DB, func(ctx context.Context, tx *store.Tx) error {
		_, err := tx.Exec(ctx, text, args...)
		return err
	})
}

func (a attic) sweep() {
	a.t.Helper()
	if err := a.sweepFiles(a.t.Context(), nil, struct{}{}); err != nil {
		a.t.Fatal(err)
	}
}

// look says whether a file is there, since when it is unused, and whether its bytes are.
func (a attic) look(mediaID, key string) (row bool, since time.Time, stored bool) {
	a.t.Helper()
	storetest.View(a.t, a.DB, func(ctx context.Context, tx *store.Tx) error {
		all, err := store.All[time.Time](ctx, tx, "select unused_since from media where id = $1", mediaID)
		if row = len(all) > 0; row {
			since = all[0]
		}
		return err
	})
	f, err := a.Blobs.Open(a.t.Context(), key)
	if err == nil {
		_ = f.Close()
	} else if !fault.Is(err, fault.NotFound) {
		a.t.Fatal(err)
	}
	return row, since, err == nil
}

func (a attic) strays() (n int) {
	a.t.Helper()
	storetest.View(a.t, a.DB, func(ctx context.Context, tx *store.Tx) (err error) {
		n, err = store.One[int](ctx, tx, "select count(*) from stray")
		return err
	})
	return n
}

func TestAFileThatNothingNamesGoesAfterAWhile(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		a := newAttic(t, db)
		swept := int64(0)
		a.Swept = func(bytes int64) { swept += bytes }
		m := a.file()
		a.exec("insert into subtitle (id, workspace, media_id, lang, name, body, cues, created_by, created_at) values ($1, $2, $3, 'fr', 'a', 'b', 1, 'ada', 1)", id.New(), a.by.Workspace, m.ID)
		a.sweep()
		row, since, stored := a.look(m.ID, m.Key)
		if !row || !stored || since.IsZero() {
			t.Fatalf("it was found to be unused just now: %v %v %v", row, since, stored)
		}
		a.forgotten(m, 6)
		a.sweep()
		if row, _, stored := a.look(m.ID, m.Key); !row || !stored {
			t.Fatal("it was removed after six days")
		}
		a.forgotten(m, 7)
		a.KeepUnused = 0
		a.sweep()
		if row, _, stored := a.look(m.ID, m.Key); !row || !stored {
			t.Fatal("it was removed by a house that keeps all")
		}
		a.KeepUnused = 7 * 24 * time.Hour
		a.sweep()
		if row, _, stored := a.look(m.ID, m.Key); row || stored {
			t.Errorf("it is there after seven days: %v %v", row, stored)
		}
		if swept != m.Bytes || a.strays() != 0 {
			t.Errorf("%d bytes were swept of %d, and %d strays are left", swept, m.Bytes, a.strays())
		}
		storetest.View(t, db, func(ctx context.Context, tx *store.Tx) error {
			if n, err := store.One[int](ctx, tx, "select count(*) from subtitle"); err != nil || n > 0 {
				t.Errorf("%d subtitles are left: %v", n, err)
			}
			return nil
		})
	})
}

// Everything of the schema that can hold text either counts as naming files, or is said
// here not to: a new column fails until somebody has thought about it.
func TestWhateverNamesAFileKeepsIt(t *testing.T) {
	names := map[string]string{
		"post": "parts", "publication": "own_parts options hand proof", "part": "content step", "edit": "before after",
		"covered": "media_id cover_id", "subtitled": "media_id", "message": "media", "answer_template": "filled",
		"upload": "media_id", "idempotency": "answer",
	}
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		a := newAttic(t, db)
		for table, columns := range tablesOf(t, db) {
			without := strings.Fields(nameless()[table])
			for _, c := range columns {
				if !c.text {
					continue
				}
				counts := slices.Contains(strings.Fields(names[table]), c.name)
				if counts == slices.Contains(without, c.name) {
					t.Errorf("%s.%s: may it name a file? Then its room's Naming gives it; say here which", table, c.name)
				}
				if !counts {
					continue
				}
				m := a.file()
				a.forgotten(m, 30)
				a.insert(table, columns, c.name, `[{"id":"`+m.ID+`"}]`)
				a.sweep()
				if row, since, stored := a.look(m.ID, m.Key); !row || !stored || !since.IsZero() {
					t.Errorf("%s.%s names a file: there %v, bytes %v, unused since %v", table, c.name, row, stored, since)
				}
				a.exec("delete from " + table)
				a.forgotten(m, 30)
				a.sweep()
				if row, _, stored := a.look(m.ID, m.Key); row || stored {
					t.Errorf("%s.%s named a file, and it is there after that is gone: %v %v", table, c.name, row, stored)
				}
			}
		}
	})
}

// insert writes a row with a value in one column, and something in all that must not be
// empty.
func (a attic) insert(table string, columns []column, name, value string) {
	a.t.Helper()
	var into, holes []string
	var args []any
	for _, c := range columns {
		var v any = 1
		switch {
		case c.name == name:
			v = value
		case c.name == "workspace":
			v = a.by.Workspace
		case c.name == "seq", !c.needed, !c.text && !c.number:
			continue // counts by itself, or may be empty
		case c.text:
			v = id.New()
		}
		into, args = append(into, `"`+c.name+`"`), append(args, v)
		holes = append(holes, fmt.Sprintf("$%d", len(args)))
	}
	a.exec("insert into "+table+" ("+strings.Join(into, ", ")+") values ("+strings.Join(holes, ", ")+")", args...)
}

type column struct {
	name                 string
	text, number, needed bool
}

// tablesOf reads the schema.
func tablesOf(t *testing.T, db *store.DB) map[string][]column {
	t.Helper()
	type row struct {
		Table, Name, Type string
		Needed            bool
	}
	text := `select m.name, c.name, lower(c.type), c."notnull" from sqlite_master m join pragma_table_info(m.name) c
		where m.type = 'table' and m.name not like 'sqlite_%' and m.name not like 'message_text%' and m.name not like 'goose_%'`
	all := map[string][]column{}
	storetest.View(t, db, func(ctx context.Context, tx *store.Tx) error {
		if tx.Postgres() {
			text = `select table_name, column_name, data_type, case is_nullable when 'NO' then 1 else 0 end from information_schema.columns
				where table_schema = current_schema() and table_name not like 'goose_%' and table_name <> 'message_text'`
		}
		rows, err := store.All[row](ctx, tx, text)
		for _, r := range rows {
			all[r.Table] = append(all[r.Table], column{r.Name, r.Type == "text", r.Type == "bigint" || r.Type == "integer", r.Needed})
		}
		return err
	})
	if len(all) < 40 {
		t.Fatalf("only %d tables: %v", len(all), slices.Collect(maps.Keys(all)))
	}
	return all
}

// A draft that is saved while its file is swept keeps it, or hears that it is gone.
func TestADraftKeepsItsFileFromTheSweep(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		a := newAttic(t, db)
		saved := 0
		for n := range 20 {
			m := a.file()
			a.forgotten(m, 30)
			heard, swept := make(chan error, 1), make(chan error, 1)
			draft := func() {
				heard <- store.Do(t.Context(), db, func(ctx context.Context, tx *store.Tx) error {
					if _, err := media.Get(ctx, tx, a.by.Workspace, m.ID); err != nil {
						return err
					}
					_, err := publish.Save(ctx, tx, a.by, "", 0, []publish.Content{{Media: []publish.Attached{{ID: m.ID}}}}, nil)
					return err
				})
			}
			sweep := func() { swept <- a.remove(t.Context(), a.by.Workspace, []string{m.ID}) }
			if n%2 == 0 {
				draft, sweep = sweep, draft
			}
			go draft()
			go sweep()
			err := <-heard
			if err := <-swept; err != nil {
				t.Fatal(err)
			}
			row, _, stored := a.look(m.ID, m.Key)
			switch {
			case err == nil && row && stored:
				saved++
			case fault.Is(err, fault.NotFound) && !row && !stored:
			default:
				t.Fatalf("the draft: %v; the file: %v %v", err, row, stored)
			}
		}
		t.Logf("%d of 20 drafts came first", saved)
	})
}

// A process that dies anywhere leaves no bytes for good, and takes none from a file.
func TestBytesWithoutAFileGo(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		a := newAttic(t, db)
		cut := a.file() // its row is gone, and the process died then
		a.forgotten(cut, 30)
		storetest.Do(t, db, func(ctx context.Context, tx *store.Tx) error {
			return media.Discard(ctx, tx, a.by.Workspace, cut.ID, tx.Now)
		})
		coming, never, restored := a.bytes(), a.bytes(), a.bytes()
		kept := a.file()
		for _, key := range []string{never.Key, restored.Key, kept.Key} {
			old := time.Now().Add(-2 * media.Recent)
			if err := os.Chtimes(filepath.Join(a.root, filepath.FromSlash(key)), old, old); err != nil {
				t.Fatal(err)
			}
		}
		ended, cancel := context.WithCancel(t.Context())
		cancel()
		if err := a.sweepFiles(ended, nil, struct{}{}); !errors.Is(err, context.Canceled) {
			t.Errorf("a sweep that is cancelled: %v", err)
		}
		stored := func(key string) bool { _, _, is := a.look("", key); return is }
		if !stored(cut.Key) {
			t.Error("a cancelled sweep has gone on")
		}
		a.sweep()
		if stored(cut.Key) || !stored(never.Key) || !stored(restored.Key) || !stored(coming.Key) || !stored(kept.Key) {
			t.Error("after a day:", stored(cut.Key), stored(never.Key), stored(restored.Key), stored(coming.Key), stored(kept.Key))
		}
		if n := a.strays(); n != 2 {
			t.Errorf("%d are suspected", n)
		}
		storetest.Do(t, db, func(ctx context.Context, tx *store.Tx) error {
			_, err := media.Keep(ctx, tx, a.by, restored, "dot.png", "")
			return err
		})
		a.exec("update stray set due_at = 1")
		a.sweep()
		if stored(never.Key) || !stored(restored.Key) || !stored(coming.Key) || !stored(kept.Key) || a.strays() != 0 {
			t.Error("when they are due:", stored(never.Key), stored(restored.Key), stored(coming.Key), stored(kept.Key), a.strays())
		}
	})
}

// nameless are the columns that name no file: they hold ids of other things, words that
// people read, what networks said, and what the house remembers.
func nameless() map[string]string {
	return map[string]string{
		"account":           "id email name password locale theme",
		"account_day":       "workspace channel_id day counts source",
		"answer_after":      "message_id workspace after_id",
		"answer_template":   "message_id workspace",
		"api_token":         "id workspace account_id name hash scopes",
		"audit":             "id workspace actor_id actor_name verb subject detail", // what was done to a file is known longer than it is kept
		"channel":           "id workspace network base account_id handle name avatar_url url keys limits health health_text health_fix cursor quotas reading_error renewal keys_before granted told knocks alias",
		"channel_pace":      "workspace channel_id quota",
		"channel_use":       "channel_id workspace network what price currency",
		"conversation":      "id workspace channel_id network kind thread person_id publication_id title url state last_text claimed_by",
		"covered":           "part_id workspace publication_id state error_text error_hint",
		"edit":              "id workspace publication_id part_id state by_name error_text error_hint",
		"fact_aside":        "id workspace channel_id person key body error_text said",
		"fact_seen":         "workspace key",
		"gap":               "id workspace channel_id reason closed",
		"grant_wait":        "id workspace account_id network channel_id settings state",
		"hand_step":         "id workspace publication_id what by_id by_name note url proof", // proof: of what sort
		"idempotency":       "workspace actor key request",
		"identity":          "id workspace person_id network remote_id handle name avatar_url url",
		"invitation":        "id workspace email role channels hash invited_by",
		"job":               "id workspace kind lane key args state error_kind error_text", // an answer on its way names its files in its message
		"job_cron":          "name spec",
		"job_lane":          "workspace lane head runner",
		"media":             "id workspace name type alt blob digest created_by", // the files themselves
		"member":            "workspace account_id role channels",
		"message":           "id workspace conversation_id channel_id remote_id remote parent_id person_id author_name text url state sending error_text key reason by_account",
		"notice":            "channel_id workspace subject template template_id level text fix",
		"network_app":       "network workspace sealed app_id",
		"knock_refused":     "network",
		"part":              "id workspace publication_id channel_id fingerprint key state remote_id remote url",
		"password_reset":    "hash account_id",
		"person":            "id workspace name note",
		"post":              "id workspace author_id author_name excerpt state",
		"publication":       "id workspace post_id channel_id network state url error_kind error_text error_hint seen job_id kind shared",
		"purchase":          "network day thing",
		"push_key":          "id public sealed",
		"push_subscription": "id account_id endpoint keys agent locale",
		"reaction":          "channel_id remote_id author_id workspace emoji",
		"reading_budget":    "channel_id workspace amount currency",
		"receipt":           "message_id workspace",
		"rule":              "id workspace kind mode",
		"secret_key":        "id wrapped",
		"session":           "hash account_id workspace",
		"sign_in_try":       "subject",
		"signal":            "workspace person_id message_id",
		"snapshot":          "id workspace publication_id channel_id counts source",
		"stray":             "blob",
		"stream_position":   "epoch reader",
		"subtitle":          "id workspace media_id lang name body created_by", // part of their video, and gone with it
		"subtitled":         "part_id lang workspace publication_id state error_text error_hint",
		"tally":             "workspace channel_id day kind",
		"upload":            "id workspace name created_by",
		"upload_piece":      "upload_id blob",
		"verdict":           "id workspace rule_id rule_kind person_id message_ids reason action state closed_by closed_reason",
		"workspace":         "id name zone locale",
	}
}
