package media

import (
	"context"
	"slices"
	"time"

	"github.com/kithhq/kith/internal/access"
	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/id"
	"github.com/kithhq/kith/internal/store"
	"github.com/kithhq/kith/internal/subtitle"
)

// MaxSubtitles is how many languages the subtitles of one video may have.
const MaxSubtitles = 50

// Subtitle is the subtitles of a video in one language. They go wherever the video goes.
type Subtitle struct {
	ID        string
	Workspace string
	MediaID   string
	Lang      string
	Name      string // of the file, as its owner called it
	Body      string // WebVTT
	Cues      int64
	CreatedBy string
	CreatedAt time.Time
}

const subtitleColumns = "id, workspace, media_id, lang, name, body, cues, created_by, created_at"

// KeepSubtitle keeps subtitles of a video in a language, in the place of those it had.
func KeepSubtitle(ctx context.Context, tx *store.Tx, actor access.Actor, mediaID, lang, name string, file subtitle.File) (Subtitle, error) {
	m, err := Get(ctx, tx, actor.Workspace, mediaID)
	if err != nil {
		return Subtitle{}, err
	}
	if err := m.shows(file); err != nil {
		return Subtitle{}, err
	}
	if lang, err = subtitle.Lang(lang); err != nil {
		return Subtitle{}, err
	}
	if _, err := tx.Exec(ctx, "delete from subtitle where workspace = $1 and media_id = $2 and lang = $3", m.Workspace, m.ID, lang); err != nil {
		return Subtitle{}, err
	}
	n, err := store.One[int](ctx, tx, "select count(*) from subtitle where workspace = $1 and media_id = $2", m.Workspace, m.ID)
	if err != nil {
		return Subtitle{}, err
	}
	if n >= MaxSubtitles {
		return Subtitle{}, fault.New(fault.Conflict, "This video has subtitles in %d languages, and takes no more.", MaxSubtitles).On("lang").WithHint("Remove one first.")
	}
	c := Subtitle{id.New(), m.Workspace, m.ID, lang, called(name), file.Write(subtitle.VTT), int64(len(file)), actor.User, tx.Now}
	_, err = tx.Exec(ctx, "insert into subtitle ("+subtitleColumns+") values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
		c.ID, c.Workspace, c.MediaID, c.Lang, c.Name, c.Body, c.Cues, c.CreatedBy, c.CreatedAt)
	return c, err
}

// shows refuses subtitles for what is no video, and those of another one.
func (m Media) shows(file subtitle.File) error {
	if !slices.Contains(Videos(), m.Type) {
		return fault.New(fault.Invalid, "Only a video has subtitles.").WithHint("Choose a video.")
	}
	const slack = time.Second // of how long a video lasts
	length := time.Duration(m.Millis) * time.Millisecond
	if last := file[len(file)-1]; m.Millis > 0 && last.From > length+slack {
		return fault.New(fault.Invalid, "Line %d: this subtitle begins after %d seconds, and the video lasts %d.", last.Line(), int(last.From.Seconds()), int(length.Seconds())).
			On("file").WithHint("Perhaps these are the subtitles of another film.")
	}
	return nil
}

// Subtitles are the subtitles of a video, by language.
func Subtitles(ctx context.Context, tx *store.Tx, workspace, mediaID string) ([]Subtitle, error) {
	return store.All[Subtitle](ctx, tx, "select "+subtitleColumns+" from subtitle where workspace = $1 and media_id = $2 order by lang", workspace, mediaID)
}

// GetSubtitle gives the subtitles of a video in a language.
func GetSubtitle(ctx context.Context, tx *store.Tx, workspace, mediaID, lang string) (Subtitle, error) {
	c, err := store.One[Subtitle](ctx, tx, "select "+subtitleColumns+" from subtitle where workspace = $1 and media_id = $2 and lang = $3", workspace, mediaID, lang)
	if fault.Is(err, fault.NotFound) {
		return c, fault.New(fault.NotFound, "There are no such subtitles.")
	}
	return c, err
}

// DropSubtitle takes the subtitles of a language away; none are no error.
func DropSubtitle(ctx context.Context, tx *store.Tx, workspace, mediaID, lang string) error {
	if _, err := Get(ctx, tx, workspace, mediaID); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, "delete from subtitle where workspace = $1 and media_id = $2 and lang = $3", workspace, mediaID, lang)
	return err
}
