package publish

import (
	"context"
	"time"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/store"
)

// There says that the network shows the subtitles of a video in a language.
const There = "there"

// Subtitled is what became of the subtitles of a video of a part in one language. The
// video is out, whatever became of them.
type Subtitled struct {
	PartID        string
	MediaID       string
	Lang          string
	Workspace     string
	PublicationID string
	State         string // due there failed
	ErrorText     string
	ErrorHint     string
	ChangedAt     time.Time
	TriedAt       time.Time // when they were brought last, with an outcome or without
}

// Due says that they are to be brought.
func (s Subtitled) Due() bool { return s.State == due }

const subtitledColumns = "part_id, media_id, lang, workspace, publication_id, state, error_text, error_hint, changed_at, tried_at"

// Subtitles are those of a publication, in the order of its languages.
func Subtitles(ctx context.Context, tx *store.Tx, workspace, publicationID string) ([]Subtitled, error) {
	return store.All[Subtitled](ctx, tx, "select "+subtitledColumns+" from subtitled where publication_id = $1 and workspace = $2 order by lang, part_id, media_id", publicationID, workspace)
}

// Settled keeps what became of subtitles of a part, each in the place of what was known.
func Settled(ctx context.Context, tx *store.Tx, p Part, all []network.Subtitled) error {
	for _, s := range all {
		state := There
		if s.Why != "" {
			state = failed
		}
		if err := subtitled(ctx, tx, p, s, state); err != nil {
			return err
		}
	}
	return nil
}

// Subtitle intends to bring the network the subtitles of a video, where they are not
// there or on their way already. n says how many more are to be brought.
func Subtitle(ctx context.Context, tx *store.Tx, p Part, mediaID string, langs []string) (n int, err error) {
	there, err := store.All[string](ctx, tx, "select lang from subtitled where part_id = $1 and workspace = $2 and media_id = $3 and state <> 'failed'", p.ID, p.Workspace, mediaID)
	if err != nil {
		return 0, err
	}
	known := map[string]bool{}
	for _, lang := range there {
		known[lang] = true
	}
	for _, lang := range langs {
		if known[lang] {
			continue
		}
		if err := subtitled(ctx, tx, p, network.Subtitled{Media: mediaID, Lang: lang}, due); err != nil {
			return 0, err
		}
		n++
	}
	return n, nil
}

func subtitled(ctx context.Context, tx *store.Tx, p Part, s network.Subtitled, state string) error {
	if _, err := tx.Exec(ctx, "delete from subtitled where part_id = $1 and workspace = $2 and media_id = $3 and lang = $4", p.ID, p.Workspace, s.Media, s.Lang); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, "insert into subtitled ("+subtitledColumns+") values ($1, $2, $3, $4, $5, $6, $7, $8, $9, null)",
		p.ID, s.Media, s.Lang, p.Workspace, p.PublicationID, state, s.Why, s.Hint, tx.Now)
	return err
}

// Try records that they are about to be brought.
func (s Subtitled) Try(ctx context.Context, tx *store.Tx) error {
	_, err := tx.Exec(ctx, "update subtitled set tried_at = $1 where part_id = $2 and workspace = $3 and media_id = $4 and lang = $5",
		tx.Now, s.PartID, s.Workspace, s.MediaID, s.Lang)
	return err
}

// Close records what became of subtitles that were due; cause nil: they are there.
func (s Subtitled) Close(ctx context.Context, tx *store.Tx, cause error) error {
	state, text, hint := There, "", ""
	if cause != nil {
		state = failed
		text, hint = fault.Shown(cause)
	}
	_, err := tx.Exec(ctx, "update subtitled set state = $1, error_text = $2, error_hint = $3, changed_at = $4 where part_id = $5 and workspace = $6 and media_id = $7 and lang = $8 and state = 'due'",
		state, text, hint, tx.Now, s.PartID, s.Workspace, s.MediaID, s.Lang)
	return err
}

// GetPart gives a part of a workspace.
func GetPart(ctx context.Context, tx *store.Tx, workspace, partID string) (Part, error) {
	return store.One[Part](ctx, tx, "select "+partColumns+" from part where id = $1 and workspace = $2", partID, workspace)
}
